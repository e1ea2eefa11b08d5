//! Keeps an eye on the ends of all topics, once for everybody: lag, readiness, and whether the
//! source answers at all.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

use tokio::sync::watch;

use crate::source::{Source, TopicState};

/// Time between two looks.
const INTERVAL: Duration = Duration::from_secs(1);

/// What is known of a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicView {
    /// As last seen.
    pub state: Option<TopicState>,
    /// Why it cannot be seen now.
    pub problem: Option<String>,
}

/// The views of all topics; looking ends when it is dropped.
#[derive(Debug)]
pub struct EndsWatch {
    views: BTreeMap<String, watch::Receiver<TopicView>>,
    is_over: Arc<AtomicBool>,
    looker: Thread,
}

impl EndsWatch {
    /// Begins to look.
    pub fn start(source: Arc<dyn Source>) -> std::io::Result<Self> {
        let (mut senders, mut views) = (Vec::new(), BTreeMap::new());
        for topic in source.topics() {
            let problem = Some("not asked yet".to_owned());
            let (sender, view) = watch::channel(TopicView {
                state: None,
                problem,
            });
            senders.push((topic.clone(), sender));
            views.insert(topic.clone(), view);
        }
        let is_over = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&is_over);
        let looker = thread::Builder::new()
            .name("ends".to_owned())
            .spawn(move || {
                while !flag.load(Ordering::Relaxed) {
                    for (topic, sender) in &senders {
                        look(source.as_ref(), topic, sender);
                    }
                    thread::park_timeout(INTERVAL);
                }
            })?
            .thread()
            .clone();
        Ok(Self {
            views,
            is_over,
            looker,
        })
    }

    /// The view of a topic, as it changes.
    #[must_use]
    pub fn topic(&self, topic: &str) -> Option<watch::Receiver<TopicView>> {
        self.views.get(topic).cloned()
    }

    /// What keeps the relay from being ready: a topic and its problem each.
    #[must_use]
    pub fn problems(&self) -> Vec<(String, String)> {
        let problem = |(topic, view): (&String, &watch::Receiver<TopicView>)| {
            view.borrow()
                .problem
                .clone()
                .map(|problem| (topic.clone(), problem))
        };
        self.views.iter().filter_map(problem).collect()
    }

    /// The cluster's id, once it is known.
    #[must_use]
    pub fn cluster_id(&self) -> Option<String> {
        self.views
            .values()
            .find_map(|view| view.borrow().state.as_ref()?.cluster_id.clone())
    }
}

impl Drop for EndsWatch {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.looker.unpark();
    }
}

fn look(source: &dyn Source, topic: &str, sender: &watch::Sender<TopicView>) {
    match source.describe(topic) {
        Ok(state) => {
            if sender.borrow().problem.is_some() {
                tracing::info!(topic, partitions = state.partitions.len(), "topic is there");
            }
            sender.send_replace(TopicView {
                state: Some(state),
                problem: None,
            });
        }
        Err(error) => {
            let problem = Some(error.to_string());
            if sender.borrow().problem != problem {
                tracing::warn!(topic, "{error}");
            }
            sender.send_modify(|view| view.problem = problem);
        }
    }
}
