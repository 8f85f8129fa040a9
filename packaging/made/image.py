"""What an image is built of: the folder that `docker build` is given."""
import shutil
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent


def stage(program, made, output):
    """Fills `image/`, and returns it."""
    folder = output / "image"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data").mkdir(parents=True)
    (folder / "data").chmod(0o700)
    (folder / "doc").mkdir()
    shutil.copy(program.path, folder / "lucca-lake")
    shutil.copy(HERE / "Dockerfile", folder / "Dockerfile")
    shutil.copy(HERE.parent / "LICENSE", folder / "doc/LICENSE")
    shutil.copy(made / "NOTICES", folder / "doc/NOTICES")
    return folder
