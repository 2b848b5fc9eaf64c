# In the image: what activating an environment leaves behind.
mamba() {
    if [ "$1" = activate ]; then
        export CONDA_PREFIX="$2" CONDA_DEFAULT_ENV="$2" PATH="$2/bin:$PATH"
    else
        /usr/local/bin/micromamba "$@"
    fi
}
conda() { mamba "$@"; }
