"""Which way a refused create is resolved where there are two: the holder gives the address up, or the create links the
holder again. Pure."""

from rightful.core.conflicts.diagnosis.diagnose import Diagnosis
from rightful.domain.conflict import Conflict, ConflictClass, Resolution
from rightful.domain.refused_request import Operation


def chosen(conflict: Conflict, diagnosis: Diagnosis, asked: Resolution | None = None) -> Resolution:
    """The resolution that was asked for; where nobody said, a former account of the same person is linked again if it
    can be, and every other holder gives its address up."""
    if asked is not None:
        return asked
    same_person = diagnosis.effective_class is ConflictClass.REHIRE and conflict.request.operation is Operation.CREATE
    return Resolution.RELINK if same_person and diagnosis.no_relink is None else Resolution.RELEASE
