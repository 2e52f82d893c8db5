"""Commands that messages name."""

from operations.deploy.place import Place


def watch(place: Place, deployment: str | None = None) -> str:
    """Follow a deployment of a service; the present one if none is named."""
    named = f" --deployment {deployment}" if deployment else ""
    return f"hybrid deploy watch {place.service} --env {place.environment}{named}"


def stop(place: Place, deployment: str) -> str:
    """End a CodeDeploy deployment and return to the old tasks."""
    return (
        f"hybrid service stop-deployment {place.service} --env {place.environment} --deployment {deployment}"
    )


def goes_on(place: Place, deployment: str, *, blue_green: bool) -> str:
    """What a person can do about a deployment that nobody waits for."""
    text = f"The deployment {deployment} goes on by itself.\nfollow it  {watch(place, deployment)}"
    if blue_green:
        return f"{text}\nstop it    {stop(place, deployment)}"
    again = f"hybrid deploy service {place.service} --env {place.environment} --image TAG"
    return f"{text}\nreturn     {again}   # the former image"
