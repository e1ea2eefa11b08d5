//! Locks that all pages of a site share, where the browser has them (https and localhost): a lock
//! ends with the page that holds it, however that ends.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &JsValue,
        callback: &JsValue,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn query(this: &LockManager) -> Result<Promise, JsValue>;
}

/// A lock that is held; dropping it gives it back.
pub(crate) struct Lock {
    release: Function,
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

/// What came of asking for a lock.
pub(crate) enum Asked {
    Held(Lock),
    /// Another page holds it.
    Taken,
    /// There are no locks here.
    Unknown,
}

/// Takes a lock if nobody holds it.
pub(crate) async fn lock(name: &str) -> Asked {
    let Some(manager) = manager() else {
        return Asked::Unknown;
    };
    let options = Object::new();
    let _ = Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE);
    let asked = Promise::new(&mut |resolve, reject| {
        // The lock is held for as long as the promise that the callback gives is open.
        let granted = Closure::once_into_js(move |lock: JsValue| -> JsValue {
            if lock.is_null() {
                let _ = resolve.call1(&JsValue::UNDEFINED, &JsValue::NULL);
                return JsValue::UNDEFINED;
            }
            let resolve = resolve.clone();
            Promise::new(&mut |release, _| {
                let _ = resolve.call1(&JsValue::UNDEFINED, &release);
            })
            .into()
        });
        match manager.request(name, &options, &granted) {
            // It is refused where the page's storage is shut off.
            Ok(ended) => wasm_bindgen_futures::spawn_local(async move {
                if let Err(error) = JsFuture::from(ended).await {
                    let _ = reject.call1(&JsValue::UNDEFINED, &error);
                }
            }),
            Err(error) => {
                let _ = reject.call1(&JsValue::UNDEFINED, &error);
            }
        }
    });
    match JsFuture::from(asked).await {
        Ok(release) if release.is_null() => Asked::Taken,
        Ok(release) => Asked::Held(Lock {
            release: release.unchecked_into(),
        }),
        Err(_) => Asked::Unknown,
    }
}

/// The names of all locks that are held; `None` where there are no locks.
pub(crate) async fn held_locks() -> Option<Vec<String>> {
    let asked = manager()?.query().ok()?;
    let state = JsFuture::from(asked).await.ok()?;
    let held = Reflect::get(&state, &"held".into()).ok()?;
    let name = |lock| Reflect::get(&lock, &"name".into()).ok()?.as_string();
    Some(Array::from(&held).iter().filter_map(name).collect())
}

fn manager() -> Option<LockManager> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    (!locks.is_undefined()).then(|| locks.unchecked_into())
}
