//! The genesis of an epoch, made in a browser: the same bytes as everywhere else, or devices and server would
//! not come to the same documents.

use huike_shared::document::Registers;
use huike_shared::id::RecordId;
use huike_shared::local;
use huike_shared::record::{Kind, RecordRef};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// As `shared/tests/genesis.rs` expects it of every other machine.
const GENESIS: &str = "83a97241415c5e61a8b2e669c26f1bfe2112790f8ea59772f536100051d43a3b";

#[wasm_bindgen_test]
fn the_same_registers_give_the_same_genesis_in_a_browser() {
    let stored = include_bytes!("../../../shared/tests/fixtures/v1/customer.registers");
    let registers: Registers = local::decode(stored).expect("the fixture reads");
    let record = RecordRef {
        kind: Kind(1),
        id: RecordId([0x5A; 16]),
    };
    let (renewed, _) = registers.renew(&record).expect("something is shown");
    let head = renewed.heads()[0].0;
    assert_eq!(head.map(|it| format!("{it:02x}")).concat(), GENESIS);
}
