"""The floor of every measurement: an app with one empty stack."""

import os

from cdktf import App, TerraformStack

app = App(outdir=os.environ.get("CDKTF_OUTDIR", "cdktf.out"))
TerraformStack(app, "empty")
app.synth()
