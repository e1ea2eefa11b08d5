//! The classes and functions that a classifier's pickle may name. None of them is ever called.

/// A class or function that may be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::open) enum Class {
    /// `sklearn.linear_model.SGDClassifier`.
    SgdClassifier,
    /// joblib's description of an array whose bytes follow.
    ArrayWrapper,
    /// `numpy.ndarray`.
    Ndarray,
    /// `numpy.dtype`.
    Dtype,
    /// `NumPy`'s function that makes an empty array, which is then given a state.
    Reconstruct,
    /// `NumPy`'s function that makes an array of bytes (protocol 5).
    FromBuffer,
    /// `NumPy`'s function that makes a number of its own.
    Scalar,
    /// Python's function by which protocol 2 writes bytes.
    Encode,
    /// A loss of scikit-learn, which every partial fit makes anew.
    Loss,
}

/// Modules with the losses, by the versions 1.5, 1.6 to 1.7, and later.
const LOSS_MODULES: [&str; 3] = [
    "sklearn.linear_model._sgd_fast",
    "_loss",
    "sklearn._loss._loss",
];

const LOSSES: [&str; 12] = [
    "Log",
    "Hinge",
    "SquaredHinge",
    "ModifiedHuber",
    "SquaredLoss",
    "Huber",
    "EpsilonInsensitive",
    "SquaredEpsilonInsensitive",
    "CyHalfBinomialLoss",
    "CyHalfSquaredError",
    "CyHuberLoss",
    "CyHalfMultinomialLoss",
];

impl Class {
    /// The class or function of this name, if it may be named.
    pub(super) fn of(module: &str, name: &str) -> Option<Self> {
        Some(match (module, name) {
            ("sklearn.linear_model._stochastic_gradient", "SGDClassifier") => Self::SgdClassifier,
            ("joblib.numpy_pickle", "NumpyArrayWrapper") => Self::ArrayWrapper,
            ("numpy", "ndarray") => Self::Ndarray,
            ("numpy", "dtype") => Self::Dtype,
            ("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct") => {
                Self::Reconstruct
            }
            ("numpy.core.multiarray" | "numpy._core.multiarray", "scalar") => Self::Scalar,
            ("numpy.core.numeric" | "numpy._core.numeric", "_frombuffer") => Self::FromBuffer,
            ("_codecs", "encode") => Self::Encode,
            _ if LOSS_MODULES.contains(&module) && LOSSES.contains(&name) => Self::Loss,
            _ => return None,
        })
    }

    /// Whether NEWOBJ may make one.
    pub(super) fn is_object(self) -> bool {
        matches!(self, Self::SgdClassifier | Self::ArrayWrapper)
    }

    /// Whether REDUCE may call it.
    pub(super) fn is_called(self) -> bool {
        !self.is_object() && self != Self::Ndarray
    }

    /// Whether BUILD may give it a state.
    pub(super) fn has_state(self) -> bool {
        self.is_object() || matches!(self, Self::Dtype | Self::Reconstruct)
    }

    /// What it makes, for messages.
    pub(super) fn makes(self) -> &'static str {
        match self {
            Self::SgdClassifier => "a classifier",
            Self::ArrayWrapper | Self::Ndarray | Self::Reconstruct | Self::FromBuffer => "an array",
            Self::Dtype => "a dtype",
            Self::Scalar => "a number",
            Self::Encode => "bytes",
            Self::Loss => "a loss",
        }
    }
}

/// What is said of a name that may not stand in the file: with a remedy where there is one.
pub(super) fn refusal(module: &str, name: &str) -> String {
    let remedy = if module.starts_with("scipy.sparse") {
        ": coef_ is sparse; call densify() on the classifier and save it again"
    } else if module.starts_with("numpy.random") {
        ": random_state is a generator; call set_params(random_state=42) and save it again"
    } else if module.starts_with("sklearn.pipeline") || module.starts_with("sklearn.compose") {
        ": save the SGDClassifier in it by itself"
    } else if module.starts_with("sklearn.utils._metadata_requests") {
        ": metadata was requested; save a classifier without set_partial_fit_request and the like"
    } else if module.starts_with("sklearn") {
        ": of scikit-learn's models only SGDClassifier is opened"
    } else {
        ""
    };
    let (module, name) = (short(module), short(name));
    format!(
        "{module}.{name} may not stand in a model's file{remedy}; nothing of the file was executed"
    )
}

/// A name for a message: printable, and not longer than a line.
fn short(name: &str) -> String {
    name.escape_debug().take(80).collect()
}
