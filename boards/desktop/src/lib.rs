//! The desktop as a board: simulated sensors and time, flash in a file.
