//! What the heap's bound says of single things. That it is right is measured in `tests/heap`, where wasmi is.

use corelet_admission::heap::{Heap, HeapBound, Item, Stack, Step};
use proptest::prelude::*;

const STACK: Stack = Stack {
    bytes: 4_096,
    reserved: false,
    calls: 64,
    memory: 65_536,
    host: 48,
};

fn bound(items: &[Item], code: &[Step]) -> HeapBound {
    let mut heap = Heap::new();
    for item in items {
        heap.item(*item);
    }
    if !code.is_empty() {
        heap.item(Item::Function);
        heap.function_starts(0);
        for step in code {
            heap.step(*step);
        }
        heap.step(Step::End {
            height: 0,
            results: 0,
        });
        heap.function_ends();
    }
    heap.bound(&STACK)
}

#[test]
fn a_module_with_nothing_in_it_has_this_bound() {
    let found = bound(&[], &[]);
    let expected = HeapBound {
        translate: 2_720,
        instantiate: 2_360,
        call: 2_928,
        memory: 0,
        largest_block: 1_152,
    };
    assert_eq!(found, expected);
}

#[test]
fn memory_that_does_not_grow_is_counted_once_and_other_memory_three_times() {
    let memory = Item::Memory {
        bytes: 1_000,
        max: u32::MAX,
    };
    let still = bound(&[memory], &[Step::MemorySize, Step::Drop]);
    assert_eq!((still.memory, still.largest_block), (1_000, 1_536));
    let grows = bound(
        &[memory],
        &[Step::Constant { wide: false }, Step::MemoryGrow, Step::Drop],
    );
    assert_eq!((grows.memory, grows.largest_block), (196_608, 131_072));
    assert!(grows.total() > grows.memory);
}

#[test]
fn a_module_that_calls_its_own_functions_may_use_the_whole_stack() {
    let call = |own| Step::Call {
        params: 0,
        results: 0,
        own,
    };
    let host = bound(&[], &[call(false)]);
    let own = bound(&[], &[call(true)]);
    assert!(own.call > host.call + 2 * STACK.bytes);
    let mut heap = Heap::new();
    heap.item(Item::Function);
    heap.function_starts(0);
    heap.step(call(true));
    heap.function_ends();
    let reserved = heap.bound(&Stack {
        reserved: true,
        ..STACK
    });
    assert!(reserved.call + STACK.bytes < own.call);
}

#[test]
fn code_that_cannot_be_reached_takes_nothing() {
    let add = [
        Step::LocalGet(0),
        Step::LocalGet(0),
        Step::Numeric(0x6a),
        Step::LocalSet(0),
    ];
    let unreachable = [[Step::Unreachable].as_slice(), &add.repeat(500)].concat();
    assert_eq!(bound(&[], &unreachable), bound(&[], &[Step::Unreachable]));
    assert!(bound(&[], &add.repeat(500)).translate > 10_000);
}

#[test]
fn no_count_is_too_large() {
    const MOST: u32 = u32::MAX;
    let items = [
        Item::Type { values: MOST },
        Item::Import {
            module: MOST,
            name: MOST,
        },
        Item::Table { elements: MOST },
        Item::Memory {
            bytes: MOST,
            max: MOST,
        },
        Item::Export {
            name: MOST,
            function: true,
        },
        Item::Element {
            items: MOST,
            active: true,
        },
        Item::Data {
            bytes: MOST,
            active: true,
        },
        Item::Data {
            bytes: MOST,
            active: false,
        },
    ];
    assert_eq!(bound(&items, &[]).total(), MOST);
    let mut heap = Heap::new();
    heap.function_starts(MOST);
    heap.locals(MOST);
    heap.step(Step::BrTable {
        labels: MOST,
        carried: MOST,
    });
    heap.function_ends();
    let stack = Stack {
        bytes: MOST,
        reserved: false,
        calls: MOST,
        memory: MOST,
        host: MOST,
    };
    assert_eq!(heap.bound(&stack).total(), MOST);
}

fn step() -> impl Strategy<Value = Step> {
    let few = || 0..3_u32;
    prop_oneof![
        any::<u8>().prop_map(Step::Numeric),
        any::<bool>().prop_map(|wide| Step::Constant { wide }),
        few().prop_map(Step::LocalGet),
        few().prop_map(Step::LocalSet),
        few().prop_map(Step::LocalTee),
        few().prop_map(Step::Block),
        few().prop_map(Step::Loop),
        few().prop_map(Step::If),
        (few(), few()).prop_map(|(height, results)| Step::End { height, results }),
        (few(), few()).prop_map(|(depth, carried)| Step::Br { depth, carried }),
        (few(), few()).prop_map(|(depth, carried)| Step::BrIf { depth, carried }),
        (few(), few(), few()).prop_map(|(height, params, results)| Step::Else {
            height,
            params,
            results
        }),
        (few(), few()).prop_map(|(params, results)| Step::CallIndirect { params, results }),
        Just(Step::Drop),
        Just(Step::Select),
        Just(Step::Bulk),
    ]
}

proptest! {
    /// Nonsense does no harm, and more of it does not take less.
    #[test]
    fn any_steps_are_counted(steps in prop::collection::vec(step(), 0..100)) {
        let mut heap = Heap::new();
        heap.function_starts(2);
        for step in &steps {
            heap.step(*step);
        }
        heap.function_ends();
        let once = heap.bound(&STACK);
        heap.function_starts(2);
        for step in &steps {
            heap.step(*step);
        }
        heap.function_ends();
        prop_assert!(heap.bound(&STACK).total() >= once.total());
    }
}
