"""The whole graph as text: every asset with its group and what it reads, checks, job and schedule.

.venv/bin/python -m tests.pipelines.graph > tests/pipelines/graph.txt
"""

from itertools import groupby

import dagster as dg

RENEW = ".venv/bin/python -m tests.pipelines.graph > tests/pipelines/graph.txt"


def graph_text(definitions: dg.Definitions) -> str:
    """The definitions in a form that shows any change of them, line by line."""
    graph = definitions.resolve_asset_graph()
    lines = []
    external = sorted(k.to_user_string() for k in graph.external_asset_keys)
    lines += ["external assets: " + (", ".join(external) or "none"), ""]
    nodes = sorted((graph.get(k) for k in graph.get_all_asset_keys()), key=lambda n: (n.group_name, n.key.path))
    for group, members in groupby(nodes, key=lambda n: n.group_name):
        lines.append(f"group {group}")
        for node in members:
            partitions = node.partitions_def.name if node.partitions_def else "no partitions"
            kinds = ", ".join(sorted(node.kinds))
            lines.append(f"  {_name(node.key)} ({kinds}; {partitions})")
            lines += [f"    reads {_name(k)}" for k in sorted(node.parent_keys)]
            lines += [f"    check {_check(graph, k)}" for k in sorted(node.check_keys, key=lambda k: k.name)]
        lines.append("")
    for job in definitions.jobs or []:
        resolved = definitions.resolve_job_def(job.name)
        layer = resolved.asset_layer
        lines.append(
            f"job {job.name}: {len(layer.selected_asset_keys)} assets, {len(resolved.nodes_in_topological_order)} steps"
        )
    for schedule in definitions.schedules or []:
        made = definitions.resolve_schedule_def(schedule.name)
        on = "on" if made.default_status is dg.DefaultScheduleStatus.RUNNING else "off"
        lines.append(f"schedule {made.name}: {made.cron_schedule} {made.execution_timezone}, {on}, job {made.job_name}")
    for sensor in definitions.sensors or []:
        lines.append(f"sensor {sensor.name}")
    return "\n".join(lines) + "\n"


def _name(key: dg.AssetKey) -> str:
    return ".".join(key.path)


def _check(graph: object, key: dg.AssetCheckKey) -> str:
    spec = graph.get_check_spec(key)
    return key.name if spec.blocking else f"{key.name} (not blocking)"


if __name__ == "__main__":
    from pipelines.definitions import defs

    print(graph_text(defs), end="")
