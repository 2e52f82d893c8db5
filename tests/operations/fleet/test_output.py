"""What the deployer understands of cdktf's output. The lines are cdktf's and Terraform's own."""

import pytest

from operations.fleet.output import Changes, Outputs, StackOutput

CREATING = "prod  aws_vpc.Network_Vpc_1A2B (Network/Vpc): Creating..."
CREATED = "prod  aws_vpc.Network_Vpc_1A2B (Network/Vpc): Creation complete after 12s [id=vpc-1]"
BOLD_PLAN = "      \x1b[1mPlan:\x1b[0m 48 to add, 1 to change, 2 to destroy."


def fed(*lines: str) -> StackOutput:
    output = StackOutput()
    for line in lines:
        output.feed(line)
    return output


def test_counts_the_plan_through_colours() -> None:
    assert fed(BOLD_PLAN).planned == 51


def test_knows_what_is_in_work_and_what_is_finished() -> None:
    output = fed(BOLD_PLAN, CREATING, "prod  aws_eip.Nat-a_1 (Network/Nat-a): Creating...")
    assert output.doing == "creating aws_vpc and 1 more"
    output.feed(CREATED)
    assert (output.doing, output.finished) == ("creating aws_eip", 1)


@pytest.mark.parametrize(
    ("line", "changes", "text"),
    [
        (
            "Apply complete! Resources: 93 added, 0 changed, 1 destroyed.",
            Changes(93, 0, 1),
            "93 added, 1 destroyed",
        ),
        ("Destroy complete! Resources: 48 destroyed.", Changes(0, 0, 48), "48 destroyed"),
        ("prod  No changes. Your infrastructure matches the configuration.", Changes(), "no changes"),
    ],
)
def test_reads_the_result(line: str, changes: Changes, text: str) -> None:
    result = fed(line).result
    assert result == changes
    assert str(result) == text
    assert bool(result) is (text != "no changes")


def test_collects_errors_and_has_no_result_without_an_end() -> None:
    output = fed(
        "prod  ╷",
        "      │ Error: creating EC2 VPC: operation error EC2: CreateVpc, VpcLimitExceeded",
        "prod  │ Error: second",
    )
    assert output.errors == ["creating EC2 VPC: operation error EC2: CreateVpc, VpcLimitExceeded", "second"]
    assert output.result is None


def test_an_error_in_the_name_of_a_resource_is_no_error() -> None:
    assert fed("prod  aws_cloudwatch_metric_alarm.Error: Creating...").errors == []


def test_lines_belong_to_the_stack_that_begins_them() -> None:
    now = iter([0.0, 30.0, 40.0])
    outputs = Outputs(["prod", "dr"], clock=lambda: next(now))
    for line in (
        "prod  Terraform will perform the following actions:",
        "      Plan: 2 to add, 0 to change, 0 to destroy.",
        "dr  aws_vpc.Network_Vpc_1 (Network/Vpc): Creating...",
        "prod  aws_eip.Nat_1 (Network/Nat): Creating...",
        "dr  \x1b[1m\x1b[32m",
        "      Apply complete! Resources: 1 added, 0 changed, 0 destroyed.",
    ):
        outputs.feed(line)
    prod, dr = outputs.stacks["prod"], outputs.stacks["dr"]
    assert (prod.planned, prod.doing, prod.result) == (2, "creating aws_eip", None)
    assert (dr.planned, dr.result, dr.seconds) == (0, Changes(1, 0, 0), 30.0)
    assert not outputs.complete

    outputs.feed("prod  Apply complete! Resources: 2 added, 0 changed, 0 destroyed.")
    assert outputs.complete


def test_an_error_of_one_stack_is_an_error_of_all() -> None:
    outputs = Outputs(["prod", "dr"])
    outputs.feed("prod  No changes. Your infrastructure matches the configuration.")
    outputs.feed("dr  │ Error: no such key")
    assert outputs.errors == ["no such key"]
    assert not outputs.complete
