"""What can go wrong with generators, measured: detection, watermarks, provenance, bias. Taught in lesson 12."""

from gentutor.ethics.base_rates import alarm_precision, cost_per_thousand
from gentutor.ethics.bias import bias_amplification, paint_avatars, train_tiny_painter, uneven_avatars
from gentutor.ethics.detecting import Detector, auc_interval, compressed, in_bytes, roc_auc, roc_points
from gentutor.ethics.marking_pictures import mark_pictures, picture_z, secret_pattern
from gentutor.ethics.marking_text import green_list, green_marks, green_z_score, mark_z, write_marked
from gentutor.ethics.provenance import fingerprint, sign_manifest, signature_holds, verify_manifest

__all__ = [
    "Detector",
    "alarm_precision",
    "auc_interval",
    "bias_amplification",
    "compressed",
    "cost_per_thousand",
    "fingerprint",
    "green_list",
    "green_marks",
    "green_z_score",
    "in_bytes",
    "mark_pictures",
    "mark_z",
    "paint_avatars",
    "picture_z",
    "roc_auc",
    "roc_points",
    "secret_pattern",
    "sign_manifest",
    "signature_holds",
    "train_tiny_painter",
    "uneven_avatars",
    "verify_manifest",
    "write_marked",
]
