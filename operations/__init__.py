"""The `hybrid` command line: what operators do to the platform. Never imports cdktf or jsii."""
