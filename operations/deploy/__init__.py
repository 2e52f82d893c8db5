"""Deploy a service: another image, or the newest configuration, with what could go wrong checked before."""
