//! Builds the browser part into `target/site`: what the server serves as files, with hashed names, compressed ahead of
//! time.
//!
//! | step | by |
//! |---|---|
//! | compile | cargo, profile `browser` |
//! | bind | wasm-bindgen, as a library of the version in the lock file |
//! | shrink | wasm-opt, from npm |
//! | bundle script and style sheet | esbuild, from npm |
//! | compress | brotli and gzip |

use crate::{
    process::{Step, say, target, workspace},
    tools,
};
use anyhow::{Context as _, Result};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::{
    collections::{BTreeMap, HashSet},
    ffi::OsString,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

/// Features that the compiler uses and every browser of the last years has. All features at once would bring
/// experiments that browsers refuse.
const WASM_FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// A part of the names of functions that are never called.
const NEVER_CALLED: &str = "hydrate_async28_$u7b$$u7b$closure";

/// Functions of fewer instructions are not worth the risk that a table holds one of them for something else.
const WORTHWHILE: u64 = 60;

/// The bundles, each with its style sheet: the browser part of the pages that the feature `page-…` of its name switches on.
const BUNDLES: [(&str, &str); 4] =
    [("api", "services.css"), ("cache", "services.css"), ("machine", "main.css"), ("start", "main.css")];

/// What the server reads about the site.
#[derive(Serialize)]
struct Manifest {
    bundles: BTreeMap<&'static str, Bundle>,
}

/// The browser part of some pages.
#[derive(Serialize)]
struct Bundle {
    script: String,
    wasm: String,
    style: String,
    brotli_bytes: u64,
}

/// Where the site is put together.
struct Workshop {
    /// The folders of programs, of what is being made, and of the site.
    programs: PathBuf,
    work: PathBuf,
    site: PathBuf,
}

/// Builds the browser part, unless nothing has changed.
pub(crate) fn build() -> Result<()> {
    tools::browser_target()?;
    let (site, work) = (workspace().join("target/site"), workspace().join("target/browser-work"));
    let shop = Workshop { programs: tools::npm_packages()?, work, site };
    fs::create_dir_all(&shop.work)?;
    for (bundle, _) in BUNDLES {
        compile(bundle, &shop.compiled(bundle))?;
    }
    let stamp = shop.work.join("stamp");
    let fingerprint = fingerprint(BUNDLES.map(|(bundle, _)| shop.compiled(bundle)))?;
    let known = fs::read_to_string(&stamp).unwrap_or_default();
    if shop.site.join("manifest.json").exists() && known == fingerprint {
        return Ok(());
    }
    say("Bundling the browser part");
    remove(&shop.site)?;
    fs::create_dir_all(shop.site.join("pkg"))?;
    let mut bundles = BTreeMap::new();
    for (name, style) in BUNDLES {
        let bundle = shop.bundle(name, style)?;
        say(&format!("The bundle {name} has {:.0} kB compressed", bundle.brotli_bytes as f64 / 1e3));
        bundles.insert(name, bundle);
    }
    for file in fs::read_dir(workspace().join("public"))? {
        let file = file?;
        write_with_encodings(&shop.site.join(file.file_name()), &fs::read(file.path())?)?;
    }
    let manifest = Manifest { bundles };
    fs::write(shop.site.join("manifest.json"), serde_json::to_vec_pretty(&manifest)?)?;
    fs::write(stamp, fingerprint)?;
    Ok(())
}

/// Compiles the browser part of a bundle's pages to `to`.
fn compile(bundle: &str, to: &Path) -> Result<()> {
    Step::new(&format!("Building the browser part: {bundle} (some minutes the first time)"), "cargo")
        .args(["build", "--quiet", "--package", "frontend", "--lib", "--target", "wasm32-unknown-unknown"])
        .args(["--profile", "browser", "--no-default-features", "--features", &format!("page-{bundle}")])
        .run()?;
    let compiled = target().join("wasm32-unknown-unknown/browser/frontend.wasm");
    fs::copy(&compiled, to).with_context(|| format!("cannot write {}", to.display()))?;
    Ok(())
}

impl Workshop {
    /// Where the compiler's output of a bundle is kept: cargo has one place for all of them.
    fn compiled(&self, bundle: &str) -> PathBuf {
        self.work.join(format!("{bundle}.compiled.wasm"))
    }

    /// Binds, shrinks and bundles what the compiler has made.
    fn bundle(&self, name: &str, style: &str) -> Result<Bundle> {
        let bound = self.work.join(format!("bound-{name}"));
        remove(&bound)?;
        wasm_bindgen_cli_support::Bindgen::new()
            .input_path(self.compiled(name))
            .web(true)?
            .omit_default_module_path(true)
            .typescript(false)
            .keep_debug(false)
            .demangle(false)
            .out_name("frontend")
            .generate(&bound)
            .context("wasm-bindgen")?;
        let (wasm, script) = (self.work.join(format!("{name}.wasm")), self.work.join(format!("{name}.js")));
        drop_never_called(&bound.join("frontend_bg.wasm"))?;
        Step::new("", self.programs.join("wasm-opt"))
            .args(["-Oz", "--strip-debug", "--strip-producers"])
            // Functions that stay apart repeat less than they would inside of others: a tenth less when compressed.
            .args(["--one-caller-inline-max-function-size=0"])
            .args(WASM_FEATURES)
            .args([bound.join("frontend_bg.wasm").as_os_str(), "-o".as_ref(), wasm.as_os_str()])
            .run()?;
        let alias = format!("--alias:frontend={}", bound.join("frontend.js").display());
        self.esbuild("frontend/boot.js", &script, &["--format=esm", &alias])?;
        let sheet = self.work.join(format!("{name}.css"));
        self.esbuild(&format!("style/{style}"), &sheet, &[])?;
        let (wasm, of_wasm) = self.put(&wasm, name, "wasm")?;
        let (script, of_script) = self.put(&script, name, "js")?;
        let (style, of_style) = self.put(&sheet, name, "css")?;
        Ok(Bundle { script, wasm, style, brotli_bytes: of_wasm + of_script + of_style })
    }

    fn esbuild(&self, from: &str, to: &Path, more: &[&str]) -> Result<()> {
        let mut out = OsString::from("--outfile=");
        out.push(to);
        Step::new("", self.programs.join("esbuild"))
            .args([from, "--bundle", "--minify", "--log-level=warning", "--target=chrome111,firefox114,safari16.4"])
            .args(more)
            .args([out])
            .run()
    }

    /// Puts a file into the site under a name with its hash: the name, and the size when compressed.
    fn put(&self, from: &Path, stem: &str, end: &str) -> Result<(String, u64)> {
        let content = fs::read(from)?;
        let name = format!("{stem}.{}.{end}", &hex(&content)[..12]);
        let bytes = write_with_encodings(&self.site.join("pkg").join(&name), &content)?;
        Ok((name, bytes))
    }
}

/// Puts a trap in the place of functions that are never called and that no compiler can know of, because they are in
/// tables: Leptos keeps, for each view, a way to hydrate it piece by piece while its code is being loaded. Here pages are
/// hydrated in one go. The browser tests would run into the traps.
fn drop_never_called(path: &Path) -> Result<()> {
    let mut module = walrus::Module::from_file(path)?;
    let is_named =
        |function: &walrus::Function| function.name.as_deref().is_some_and(|name| name.contains(NEVER_CALLED));
    // The compiler makes one of functions that are the same, under either name: what others call stays.
    let mut called = CalledByOthers::default();
    for (id, function) in module.funcs.iter_local() {
        called.inside = is_named(module.funcs.get(id));
        walrus::ir::dfs_in_order(&mut called, function, function.entry_block());
    }
    let found: Vec<_> = module
        .funcs
        .iter_local()
        .filter(|(id, function)| {
            is_named(module.funcs.get(*id)) && function.size() >= WORTHWHILE && !called.functions.contains(id)
        })
        .map(|(id, _)| id)
        .collect();
    anyhow::ensure!(!found.is_empty(), "no function is named as {NEVER_CALLED}: see whether it is gone");
    for id in found {
        let (parameters, results) = module.types.params_results(module.funcs.get(id).ty());
        let (parameters, results) = (parameters.to_vec(), results.to_vec());
        let locals = parameters.iter().map(|parameter| module.locals.add(*parameter)).collect();
        let mut trap = walrus::FunctionBuilder::new(&mut module.types, &parameters, &results);
        trap.func_body().unreachable();
        let trap = trap.local_func(locals);
        module.funcs.get_mut(id).kind = walrus::FunctionKind::Local(trap);
    }
    module.emit_wasm_file(path)
}

/// Functions that are called by others than those that are never called.
#[derive(Default)]
struct CalledByOthers {
    /// Whether the function that is being looked at is one that is never called.
    inside: bool,
    functions: HashSet<walrus::FunctionId>,
}

impl walrus::ir::Visitor<'_> for CalledByOthers {
    fn visit_call(&mut self, call: &walrus::ir::Call) {
        if !self.inside {
            self.functions.insert(call.func);
        }
    }
}

/// Changes with everything that the site is made of.
fn fingerprint(compiled: impl IntoIterator<Item = PathBuf>) -> Result<String> {
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in ["style", "public"] {
        for file in fs::read_dir(workspace().join(folder))? {
            files.push(file?.path());
        }
    }
    files.extend(
        ["frontend/boot.js", "end2end/package-lock.json", "xtask/src/site.rs"].map(|file| workspace().join(file)),
    );
    files.extend(compiled);
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.to_string_lossy().as_bytes());
        hash.update(fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?);
    }
    Ok(format!("{:x}", hash.finalize()))
}

fn hex(content: &[u8]) -> String {
    format!("{:x}", Sha256::digest(content))
}

/// Writes a file, and beside it the compressed forms; the size of the smaller one.
fn write_with_encodings(path: &Path, content: &[u8]) -> Result<u64> {
    let beside = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    fs::write(path, content)?;
    let mut brotli = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &content[..], &mut brotli, &parameters)?;
    fs::write(beside(".br"), &brotli)?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(content)?;
    fs::write(beside(".gz"), gzip.finish()?)?;
    Ok(brotli.len() as u64)
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}
