//! Walks the roots and the configured search paths for files of ours.
