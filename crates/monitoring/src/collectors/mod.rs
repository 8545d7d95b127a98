//! Where numbers come from: a file for each source.
