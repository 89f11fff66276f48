//! wasmi on a 32-bit target, with an allocator that counts.
//!
//! Built for wasm32, and run by `corelet-heap-tests`, which puts a module into its memory and asks what one life of a slot
//! took of the heap: the same steps as in `corelet-load`, for modules that need not keep to the ABI.

#![cfg_attr(target_family = "wasm", no_std)]
#![cfg(target_family = "wasm")]

extern crate alloc;

mod counting;
mod life;

use counting::Counting;

#[global_allocator]
static HEAP: Counting = Counting::new();

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
