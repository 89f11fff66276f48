//! `heap!`: an allocator for plugins that want `alloc`.

/// Gives the plugin a heap of a fixed size in bytes, so that `alloc` works. Needs the feature `alloc`.
///
/// All of it is part of the plugin's memory from the start, and nothing grows. Some 300 bytes of it are the
/// allocator's own. An allocation that does not fit traps. Natively the macro does nothing: there the system's
/// allocator serves.
///
/// ```
/// extern crate alloc;
/// corelet_guest::heap!(2048);
///
/// let readings = alloc::vec![1, 2, 3];
/// assert_eq!(readings.len(), 3);
/// ```
#[macro_export]
macro_rules! heap {
    ($size:expr) => {
        #[cfg(target_family = "wasm")]
        #[global_allocator]
        static HEAP: $crate::rt::talc::wasm::WasmArenaTalc = {
            type Arena = [::core::mem::MaybeUninit<u8>; $size];
            static mut ARENA: Arena = [::core::mem::MaybeUninit::uninit(); $size];
            // SAFETY: nothing else can name the arena.
            unsafe { $crate::rt::talc::wasm::new_wasm_arena_allocator(&raw mut ARENA) }
        };
    };
}
