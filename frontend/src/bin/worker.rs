//! The worker's module: reads records, trains, reports.

fn main() {
    frontend::run_worker();
}
