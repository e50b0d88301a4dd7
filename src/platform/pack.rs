//! Values as a part of an address.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/platform/pack.js")]
extern "C" {
    /// Packs a value of plain objects.
    ///
    /// # Errors
    /// If the browser cannot.
    #[wasm_bindgen(catch)]
    pub async fn pack(value: &JsValue) -> Result<JsValue, JsValue>;

    /// The value that [`pack`] packed.
    ///
    /// # Errors
    /// If a part of it was lost, or if it is of another version.
    #[wasm_bindgen(catch)]
    pub async fn unpack(link: &str) -> Result<JsValue, JsValue>;
}
