//! One life of a slot: translated, instantiated, called, trapped, made anew.

use alloc::vec::Vec;

use wasmi::{
    CompilationMode, Config, CustomFuelCosts, Engine, Extern, Func, Instance, Memory, Module,
    OperatorCost, Store, StoreLimits, StoreLimitsBuilder, TypedFunc, Val, ValType,
};

use crate::HEAP;

/// What the figures are of; bytes, without linear memory, but for the last.
#[derive(Clone, Copy)]
#[repr(usize)]
enum Figure {
    /// The most while the module is translated, and what it holds from then on.
    Translate,
    Translated,
    /// The most while an instance is made, and what it holds from then on with the module.
    Instantiate,
    Instantiated,
    /// The most while every export is called, the calls that trap, and the instance made anew after that.
    Call,
    Renew,
    /// The largest block of them all.
    Largest,
    /// What is left when all is dropped.
    Left,
    /// The most of linear memory.
    Linear,
}

static FIGURES: [core::sync::atomic::AtomicU32; 9] =
    [const { core::sync::atomic::AtomicU32::new(0) }; 9];

fn set(figure: Figure, value: u32) {
    FIGURES[figure as usize].store(value, core::sync::atomic::Ordering::Relaxed);
}

/// A figure, by its place in [`Figure`].
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
extern "C" fn figure(index: usize) -> u32 {
    FIGURES.get(index).map_or(0, |figure| {
        figure.load(core::sync::atomic::Ordering::Relaxed)
    })
}

/// Room for a module of `length` bytes, which is not counted.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
extern "C" fn input(length: usize) -> *mut u8 {
    HEAP.fresh(length, 1)
}

/// One life of the module at `module`. Linear memory begins with `memory` bytes and may grow to `memory_max`; the stack holds
/// `stack` bytes, of which `reserved` are taken at once, and `recursion` calls; every export is called with `fuel`. Returns the step that failed, 0 for none.
///
/// # Safety
/// `module` is what [`input`] gave, with `length` bytes of a module that a validator has admitted.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
unsafe extern "C" fn live(
    module: *const u8,
    length: usize,
    memory: usize,
    memory_max: usize,
    stack: usize,
    reserved: usize,
    recursion: usize,
    fuel: u64,
) -> u32 {
    // SAFETY: the caller's promise.
    let bytes = unsafe { core::slice::from_raw_parts(module, length) };
    HEAP.take_peak();
    let engine = Engine::new(&config(stack, reserved, recursion));
    let result = run(engine, bytes, memory, memory_max, fuel);
    set(Figure::Largest, HEAP.largest());
    set(Figure::Left, HEAP.live());
    set(Figure::Linear, HEAP.linear_peak());
    result.err().unwrap_or(0)
}

/// As `Budget::config` in `corelet-load` has it.
fn config(stack: usize, reserved: usize, recursion: usize) -> Config {
    let mut config = Config::default();
    config
        .set_min_stack_height(reserved)
        .set_max_stack_height(stack)
        .set_max_recursion_depth(recursion)
        .set_max_cached_stacks(1)
        .consume_fuel(true)
        .compilation_mode(CompilationMode::Eager)
        .ignore_custom_sections(true)
        .allow_start_fn(false)
        // What they say takes no room, but that they are there.
        .operator_cost(OperatorCost::default())
        .fuel_cost(CustomFuelCosts {
            bytes_copied_per_fuel: 32,
            fuel_per_bytes_translated: 0,
            fuel_per_bytes_validated: 0,
        });
    config
}

struct Plan {
    engine: Engine,
    module: Module,
    entries: Vec<u16>,
    /// Functions that the module exports.
    exports: usize,
}

/// The data of a store: `corelet-load`'s without the host's own.
struct Guest {
    memory: Option<Memory>,
    limits: StoreLimits,
}

type Export = TypedFunc<(u32, u32), i64>;

struct Machine {
    store: Store<Guest>,
    instance: Instance,
    exports: Vec<(u64, Option<Export>)>,
}

fn run(
    engine: Engine,
    bytes: &[u8],
    memory: usize,
    memory_max: usize,
    fuel: u64,
) -> Result<(), u32> {
    // SAFETY: the caller of `live` promised that the module is valid.
    #[allow(unsafe_code)]
    let module = unsafe { Module::new_unchecked(&engine, bytes) }.map_err(|_| 1_u32)?;
    release(&engine);
    let imports = module.imports().len();
    let mut entries = Vec::new();
    entries.try_reserve_exact(imports).map_err(|_| 1_u32)?;
    entries.resize(imports, 0);
    let exports = module
        .exports()
        .filter(|export| export.ty().func().is_some())
        .count();
    set(Figure::Translate, HEAP.take_peak());
    set(Figure::Translated, HEAP.live());

    let plan = Plan {
        engine,
        module,
        entries,
        exports,
    };
    let mut machine = plan.start(memory, memory_max).map_err(|()| 2_u32)?;
    set(Figure::Instantiate, HEAP.take_peak());
    set(Figure::Instantiated, HEAP.live());

    machine.call_all(fuel);
    set(Figure::Call, HEAP.take_peak());

    drop(machine);
    let mut machine = plan.start(memory, memory_max).map_err(|()| 3_u32)?;
    machine.call_all(fuel);
    set(Figure::Renew, HEAP.take_peak());
    Ok(())
}

/// As `scratch::release` in `corelet-load`.
fn release(engine: &Engine) {
    const UNTRANSLATABLE: [u8; 22] = *b"\0asm\x01\0\0\0\
        \x01\x04\x01\x60\0\0\
        \x03\x02\x01\0\
        \x0a\x02\x01\0";
    // SAFETY: the body has not even the number of its locals, which the parser asks for.
    #[allow(unsafe_code)]
    let refused = unsafe { Module::new_unchecked(engine, &UNTRANSLATABLE) };
    drop(refused);
}

impl Plan {
    fn start(&self, memory: usize, memory_max: usize) -> Result<Machine, ()> {
        let mut store = Store::new(
            &self.engine,
            Guest {
                memory: None,
                limits: StoreLimitsBuilder::new()
                    .instances(1)
                    .memories(1)
                    .memory_size(memory_max)
                    .tables(1)
                    .build(),
            },
        );
        store.limiter(|guest| &mut guest.limits);
        let mut imports = Vec::new();
        imports
            .try_reserve_exact(self.entries.len())
            .map_err(|_| ())?;
        for entry in self.entries.iter().copied() {
            imports.push(Extern::Func(import(&mut store, entry)));
        }
        // No vector of bytes has room for less.
        HEAP.expect_linear(if memory > 0 { memory.max(8) } else { 0 });
        let instance = Instance::new(&mut store, &self.module, &imports).map_err(|_| ())?;
        let mut exports = Vec::new();
        exports.try_reserve_exact(self.exports).map_err(|_| ())?;
        for export in instance.exports(&store) {
            if let Some(function) = export.into_func() {
                let ty = function.ty(&store);
                let typed = ty.params() == [ValType::I32; 2] && ty.results() == [ValType::I64];
                let typed = typed.then(|| function.typed(&store).map_err(|_| ()));
                exports.push((0, typed.transpose()?));
            }
        }
        let first = instance
            .exports(&store)
            .find_map(|export| export.into_memory());
        store.data_mut().memory = first;
        Ok(Machine {
            store,
            instance,
            exports,
        })
    }
}

impl Machine {
    /// Calls every export, and then again with no fuel.
    fn call_all(&mut self, fuel: u64) {
        for fuel in [fuel, 0] {
            for index in 0..self.exports.len() {
                let _ = self.store.set_fuel(fuel);
                match self.exports[index].1 {
                    Some(function) => drop(function.call(&mut self.store, (0, 0))),
                    None => self.call(index),
                }
            }
        }
    }

    /// Calls a function of another type than the ABI's, with zeros.
    fn call(&mut self, index: usize) {
        let function = self
            .instance
            .exports(&self.store)
            .filter_map(|export| export.into_func())
            .nth(index);
        let Some(function) = function else { return };
        let ty = function.ty(&self.store);
        let mut values = [const { Val::I32(0) }; 64];
        let (Some(_), Some(_)) = (
            values.get(ty.params().len()),
            values.get(ty.results().len()),
        ) else {
            return;
        };
        let mut results = values.clone();
        for (value, ty) in values.iter_mut().zip(ty.params()) {
            *value = Val::default_for_ty(*ty);
        }
        let _ = function.call(
            &mut self.store,
            &values[..ty.params().len()],
            &mut results[..ty.results().len()],
        );
    }
}

/// A host function of the ABI's type, whose closure is as large as `corelet-load`'s.
fn import(store: &mut Store<Guest>, entry: u16) -> Func {
    Func::wrap(
        store,
        move |_: wasmi::Caller<'_, Guest>,
              _: u32,
              _: u32,
              _: u32,
              _: u32|
              -> Result<u32, wasmi::Error> { Ok(u32::from(entry)) },
    )
}
