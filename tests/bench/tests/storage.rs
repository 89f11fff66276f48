//! What plugins pay for their data, on the desktop.

use std::sync::atomic::{AtomicU64, Ordering};

use corelet_bench::storage::measure;
use corelet_desktop::Desktop;

#[test]
fn a_plugin_fills_the_store_and_goes_on() {
    static NOW: AtomicU64 = AtomicU64::new(0);
    let mut taken = Vec::new();
    measure(
        Desktop::in_virtual_time(),
        || NOW.fetch_add(1, Ordering::Relaxed),
        |one| taken.push(one),
    );
    assert!(taken.len() > 10);
    for one in taken {
        println!("{one:?}");
        assert!(one.fuel > 0 && one.time > 0 && one.longest == 1, "{one:?}");
    }
}
