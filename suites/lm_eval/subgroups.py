"""How a group of lm-eval puts the numbers of its tasks together, and the groups inside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal


def leaves_of(group: Any, tasks: Sequence[str]) -> tuple[str, ...]:
    """Return tasks of a group as lm-eval counts them: each as often as it stands in the group.

    Args:
        group: lm_eval's own; None for a tag, in which no task stands twice.
        tasks: those to keep.
    """
    if group is None:
        return tuple(tasks)
    return tuple(task.task_name for task in group.get_all_tasks() if task.task_name in tasks)


def weighting_of(group: Any, metric: str) -> Literal["documents", "tasks"]:
    """Return how tasks count in a group's number: by their documents, or all alike.

    Args:
        group: lm_eval's own; None for a task or a tag.
        metric: lm-eval's name of the number.
    """
    configured = getattr(group, "aggregate_metric_list", None) or ()
    is_by_task = any(each.metric == metric and not each.weight_by_size for each in configured)
    return "tasks" if is_by_task else "documents"


def subgroups_of(group: Any) -> dict[str, str]:
    """Return the group around each task that lies in a group of the group.

    A slice is put together as the whole is, of the tasks that lie directly in it. Groups whose
    own number is another one (weighted otherwise, with groups inside, or with a task that stands
    in the group twice) are left out.

    Args:
        group: lm_eval's own; None for a task or a tag.
    """
    if group is None:
        return {}
    times = Counter(task.task_name for task in group.get_all_tasks())
    around: dict[str, str] = {}
    for subgroup in group.get_all_groups():
        names = [task.task_name for task in subgroup.get_all_tasks()]
        is_flat = not subgroup.get_all_groups() and all(times[name] == 1 for name in names)
        if is_flat and _is_weighted_alike(subgroup, group):
            around |= dict.fromkeys(names, subgroup.name)
    return around


def _is_weighted_alike(subgroup: Any, group: Any) -> bool:
    metrics = {each.metric for each in subgroup.aggregate_metric_list or ()}
    return all(weighting_of(subgroup, each) == weighting_of(group, each) for each in metrics)
