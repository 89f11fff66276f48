//! What boards share: key-value storage on NOR flash, and the map of a plugin flash.
