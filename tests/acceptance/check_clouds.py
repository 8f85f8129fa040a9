"""Lakes in Azure and at Google: the same sync as to a disk, in stores of their own kinds."""
import lake
import loopback_azure
import loopback_gcs
from context import expected, unequal


def azure(ctx):
    """A lake in Azure storage (Azurite): sync, verify, query, gc, a second run; what is refused, and that no key is ever said."""
    with loopback_azure.running() as (env, container):
        _cloud(ctx, "azure", "az://lake/some/prefix", "abfss://lake@lakes.dfs.core.windows.net/some/prefix", env, container)
        wrong = "Y2FuYXJ5LXdyb25nLWtleQ=="
        _refused(ctx, "azure", "az://lake/some/prefix", env | {"AZURE_STORAGE_ACCOUNT_KEY": wrong}, 2, "access denied", wrong)
        signature = "sv=2021-12-02&ss=b&srt=sco&sp=rl&se=2099-01-01T00%3A00%3A00Z&sig=Y2FuYXJ5LXNpZ25hdHVyZQ%3D%3D"
        shared = {name: value for name, value in env.items() if "KEY" not in name} | {"AZURE_STORAGE_SAS_TOKEN": signature}
        _refused(ctx, "azure, by a shared signature", "az://lake/some/prefix", shared, 2, "access denied", "Y2FuYXJ5LXNpZ25h")
        _refused(ctx, "azure, another container", "az://other/prefix", env, 2, "check the lake's location", loopback_azure.KEY)


def gcs(ctx):
    """A lake in Google Cloud Storage (a stand-in of its XML API): the same, and a store that ignores conditions is refused."""
    with loopback_gcs.running() as (address, bucket):
        env = loopback_gcs.environment(address)
        _cloud(ctx, "gcs", "gs://lake/some/prefix", "gs://lake/some/prefix", env, _Read(bucket))
        ctx.check("gcs: no upload in parts is left open", list(bucket.uploads))
        _refused(ctx, "gcs, another bucket", "gs://other/prefix", env, 2, "check the lake's location", "canary")
        bucket.ignores_conditions = True
        _refused(ctx, "gcs, a store that overwrites", "gs://lake/overwriting", env, 2, "x-goog-if-generation-match", "canary")


class _Read:
    """The bucket of the stand-in as `loopback_azure.Container` has its own."""

    def __init__(self, bucket):
        self.bucket = bucket

    def names(self, prefix):
        return self.bucket.names(prefix, "")

    def read(self, name):
        return self.bucket.objects[name].body


def _cloud(ctx, name, url, address, env, objects):
    """A lake from its first run to its second, read back by requests that are not the program's."""
    lucca = ctx.server()
    checked = ctx.program.run("check", env=ctx.program.names(lucca, url) | env)
    told = [line for line in checked.out.splitlines() if "put-if-absent" in line]
    ctx.check(f"{name}: check proves that a put happens only if nothing is there",
              [] if checked.code == 0 and told else [checked.out[-600:] + checked.tail()])
    if ctx.synced(name, lucca.serve(lucca.tenant), url, env=env).code:
        return
    tables, as_of = expected(lucca), lucca.tenant.as_of
    first = ctx.new_lake()
    names = _download(objects, first)
    ctx.check(f"{name}: equal tables", unequal(first, tables, as_of))
    ctx.check(f"{name}: manifest fits, and nothing else is there", lake.manifest_problems(first, as_of) + lake.strays(first)
              + [n for n in names if "_lake/staging" in n])
    views = (first / "views" / "duckdb.sql").read_text()
    ctx.check(f"{name}: the views name the files by {address.split('/')[0]}", f"'{address}/core/employees/as_of=" in views)
    verified = ctx.program.run("verify", "--lake", url, env=env)
    ctx.check(f"{name}: verify finds it whole", [] if verified.code == 0 else [verified.tail()])
    found = ctx.program.query(url, "SELECT count(*) AS n FROM employees", "--format", "csv", env=env)
    ctx.check(f"{name}: query reads it there", [] if found.out.split() == ["n", str(len(tables["employees"]))] else [found.tail()])
    ctx.synced(f"{name}, again", lucca.serve(lucca.tenant), url, env=env)
    again = ctx.new_lake()
    left = _download(objects, again)
    ctx.check(f"{name}: a second run replaces the first", unequal(again, tables, as_of) + lake.manifest_problems(again, as_of))
    ctx.check(f"{name}: superseded files are gone", sorted(n for n in names & left if n.endswith(".parquet")))
    collected = ctx.program.run("gc", "--lake", url, "--drop", as_of, "--yes", env=env)
    data = [n for n in objects.names("some/prefix/") if n.endswith(".parquet") or "/manifests/" in n]
    ctx.check(f"{name}: gc drops a day", data if collected.code == 0 else [collected.tail()])
    said = " ".join(ctx.program.said) + checked.out + checked.err + verified.err + collected.err + collected.out
    ctx.check(f"{name}: no key is said", [key for key, value in env.items() if key.endswith("KEY") and value in said])


def _refused(ctx, name, url, env, code, says, secret):
    """A run that cannot work there ends with its code, in one line that says why, and without the secret."""
    lucca = ctx.server()
    result = ctx.program.sync(lucca, url, env=env)
    wrong = [] if result.code == code and says in result.err else [result.tail()]
    ctx.check(f"{name}: refused with code {code}, and why", wrong + (["the secret is said"] if secret in result.err + result.out else []))
    ctx.check(f"{name}: before any request", len(lucca.requests) == 0)


def _download(objects, to, prefix="some/prefix/"):
    """Copies what is under the prefix; returns the names."""
    names = objects.names(prefix)
    for name in names:
        path = to / name.removeprefix(prefix)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(objects.read(name))
    return set(names)
