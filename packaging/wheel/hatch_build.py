"""Tells the wheel's builder what is in it, and which systems the program in it runs on."""
import os
import zipfile
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):
    """Any Python 3, no ABI of it, and the glibc and machine of the program."""

    def initialize(self, version, build_data):
        build_data["pure_python"] = False
        build_data["tag"] = os.environ["LUCCA_LAKE_WHEEL_TAG"]
        # One by one: folders of shared data are passed over where a wheel has no package of Python.
        root = Path(self.root)
        build_data["shared_data"] = {str(path): str(path.relative_to(root)) for path in sorted(root.glob("share/**/*")) if path.is_file()}
        # hatchling has no setting for it, and zipfile takes zlib's default.
        if os.environ["LUCCA_LAKE_WHEEL_QUICK"]:
            zipfile.zlib.Z_DEFAULT_COMPRESSION = 1
