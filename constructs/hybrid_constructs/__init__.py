"""The platform's constructs. Import this before `cdktf`: it makes the provider bindings cheap to load."""

from hybrid_constructs import fast_synth

fast_synth.install()
