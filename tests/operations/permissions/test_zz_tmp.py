from tests.operations.permissions.test_policies import *
def test_x(stage):
    stage.world.cli("service", "--image", "1.1.0", "--yes")
    for c in (("status",),("revisions",),("rollback","--yes","--timeout","0.2"),("stop-deployment","--yes","--timeout","0.2")):
        v,*o=c
        d=stage.hybrid("service",v,"fileflow","--env","prod",*o,code=None)
        print(v,d.returncode,d.stderr[-1500:])
