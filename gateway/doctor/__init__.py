"""The doctor: compares live stores with the declarations, and says what mends each difference."""
