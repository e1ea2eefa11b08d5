//! Files that the page asks for. A chart as PNG goes through the page, since only a page can draw.

use super::Host;
use crate::platform;
use crate::port::{DrawFor, SaveKind, SavedFile, ToPage};
use crate::worker::run::Run;
use crate::worker::source::Source;

impl Host {
    pub(super) fn save(&mut self, kind: SaveKind) {
        if let Some(file) = self.file(kind) {
            platform::post(&ToPage::File(file));
        }
    }

    pub(super) fn save_chart_png(&mut self) {
        if let Some(svg) = self.file(SaveKind::Chart) {
            platform::post(&ToPage::Draw(DrawFor::Download, svg));
        }
    }

    /// A file of the run; where there is none, the page is told why.
    fn file(&mut self, kind: SaveKind) -> Option<SavedFile> {
        let run = self.named_run()?;
        run.file(kind).map_err(Self::refuse).ok()
    }

    /// The run, with the name of the topic that its records come from.
    pub(super) fn named_run(&mut self) -> Option<&mut Run> {
        let run = self.run.as_mut()?;
        if let Some(Source::Relay(relay)) = &self.source {
            let reader = relay.reader();
            let topic = reader.topic().into_iter();
            topic.for_each(|topic| run.set_topic(topic, reader.start(), reader.cluster_id()));
        }
        Some(run)
    }

    /// All files as they are now wait for their chart to be drawn; an archive that still waits is
    /// given up for this one.
    pub(super) fn save_everything(&mut self) {
        let Some(everything) = self.named_run().map(Run::everything) else {
            return;
        };
        match everything {
            Ok(everything) => {
                self.archives = self.archives.wrapping_add(1);
                let draw = DrawFor::Archive(self.archives);
                platform::post(&ToPage::Draw(draw, everything.chart()));
                self.archive = Some(everything);
            }
            Err(reason) => Self::refuse(reason),
        }
    }

    /// The page has drawn an archive's chart, or could not: then the archive goes without.
    pub(super) fn drawn(&mut self, archive: u32, png: Result<Vec<u8>, String>) {
        if archive != self.archives {
            return;
        }
        let Some(everything) = self.archive.take() else {
            return;
        };
        match everything.archived(png.ok()) {
            Ok(file) => platform::post(&ToPage::File(file)),
            Err(reason) => Self::refuse(reason),
        }
    }
}
