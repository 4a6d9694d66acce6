"""Rehabilitation: children's aid, training, medical items, medication, inpatient care, surgery, support."""
