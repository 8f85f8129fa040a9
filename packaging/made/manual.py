"""The manual and the completions, as the program itself writes them."""
import subprocess

SHELLS = {"bash": "bash", "zsh": "zsh", "fish": "fish"}


def write(program, stage):
    """`man/` and `completions/` in the folder `stage`."""
    subprocess.run([program.path, "man", "--output", stage / "man"], check=True)
    (stage / "completions").mkdir()
    for shell, ending in SHELLS.items():
        script = subprocess.run([program.path, "completions", shell], capture_output=True, check=True).stdout
        (stage / "completions" / f"lucca-lake.{ending}").write_bytes(script)
