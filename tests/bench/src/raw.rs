//! By hand, as one would without Corelet.

use serde::{Deserialize, Serialize};
use wasmi::{
    Caller, CompilationMode, Config, Engine, Extern, Func, Instance, Memory, Module, Store,
};

use crate::{FUEL, Job, NAME, PAYLOAD, TIME};

#[derive(Serialize, Deserialize)]
struct Message<'a> {
    count: u32,
    time: u64,
    name: &'a str,
    payload: &'a [u8],
}

/// `sum`: the door of an import, checked.
fn sum(
    mut caller: Caller<'_, Option<Memory>>,
    request: u32,
    request_length: u32,
    response: u32,
    capacity: u32,
) -> i32 {
    let Some(memory) = *caller.data() else {
        return -1;
    };
    let memory = memory.data_mut(&mut caller);
    let end = request.saturating_add(request_length) as usize;
    let Some(bytes) = memory.get(request as usize..end) else {
        return -2;
    };
    let Ok(bytes) = postcard::from_bytes::<&[u8]>(bytes) else {
        return -1;
    };
    let sum: u32 = bytes.iter().map(|byte| u32::from(*byte)).sum();
    let end = response.saturating_add(capacity) as usize;
    let Some(place) = memory.get_mut(response as usize..end) else {
        return -2;
    };
    match postcard::to_slice(&sum, place) {
        Ok(written) => written.len() as i32,
        Err(_) => -4,
    }
}

pub(crate) fn run(module: &[u8], job: Job, count: u32) -> u32 {
    let mut config = Config::default();
    config
        .consume_fuel(true)
        .compilation_mode(CompilationMode::Eager);
    let engine = Engine::new(&config);
    // SAFETY: the module is the benchmark's own plugin, which the compiler made and Corelet's side admits.
    #[allow(unsafe_code)]
    let module =
        unsafe { Module::new_unchecked(&engine, module) }.expect("the module is translated");
    let mut store = Store::new(&engine, None);
    let imports = [Extern::Func(Func::wrap(&mut store, sum))];
    let instance = Instance::new(&mut store, &module, &imports).expect("an instance is made");
    let memory = instance
        .get_memory(&store, "memory")
        .expect("it has a memory");
    *store.data_mut() = Some(memory);
    let exchange = instance
        .get_global(&store, "corelet:abi/exchange@1")
        .and_then(|global| global.get(&store).i32())
        .expect("it has a buffer") as usize
        + 4;

    store.set_fuel(FUEL).expect("fuel is on");
    let function = |store: &Store<_>, name: &str| {
        instance
            .get_typed_func::<(u32, u32), i64>(store, name)
            .expect("the export is there")
    };
    let init = function(&store, "init");
    init.call(&mut store, (exchange as u32, 0))
        .expect("init is well");
    let call = |name: &str| {
        let function = function(&store, name);
        move |store: &mut Store<Option<Memory>>, length: usize| {
            store.set_fuel(FUEL).expect("fuel is on");
            let result = function
                .call(store, (exchange as u32, length as u32))
                .expect("the call returns");
            assert!(result >= 0, "the call succeeds");
            ((result >> 32) as usize, result as u32 as usize)
        }
    };
    match job {
        Job::Echo => {
            let echo = call("corelet:bench/echo@0.1.0#echo");
            let mut message = Message {
                count: 0,
                time: TIME,
                name: NAME,
                payload: &PAYLOAD,
            };
            for _ in 0..count {
                let buffer = &mut memory.data_mut(&mut store)[exchange..];
                let length = postcard::to_slice(&message, buffer)
                    .expect("the message fits")
                    .len();
                let (at, length) = echo(&mut store, length);
                let response = memory
                    .data(&store)
                    .get(at..at + length)
                    .expect("the answer lies in memory");
                let answer: Message<'_> =
                    postcard::from_bytes(response).expect("the answer decodes");
                message.count = answer.count;
            }
            message.count
        }
        Job::Calls => {
            let calls = call("corelet:bench/storm@0.1.0#calls");
            let buffer = &mut memory.data_mut(&mut store)[exchange..];
            let length = postcard::to_slice(&count, buffer)
                .expect("the request fits")
                .len();
            let (at, length) = calls(&mut store, length);
            postcard::from_bytes(&memory.data(&store)[at..at + length]).expect("the answer decodes")
        }
    }
}
