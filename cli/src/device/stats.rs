//! The group of statistics.

use std::collections::BTreeMap;

use super::link::{Device, Trouble};

/// The names of the groups of counters.
pub(crate) fn groups(device: &mut Device) -> Result<Vec<String>, Trouble> {
    device.ask(|client| client.stats_list_groups())
}

/// The counters of one group, by name.
pub(crate) fn counters(device: &mut Device, group: &str) -> Result<BTreeMap<String, u64>, Trouble> {
    let counters = device.ask(|client| client.stats_get_group_data(group))?;
    Ok(counters.into_iter().collect())
}
