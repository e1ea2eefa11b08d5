//! The page's module: draws what the worker reports and sends it commands.

fn main() {
    frontend::run_page();
}
