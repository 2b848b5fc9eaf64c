ARG BASE=docker.io/library/buildpack-deps:24.04
FROM $BASE
RUN useradd --create-home --uid 1000 jovyan \
    && /opt/pythons/3.12/bin/python3 -m pip install --no-cache-dir -q jupyterlab==4.4.10 \
    && for name in python3 pip3 jupyter jupyter-lab jupyter-notebook; do ln -sf /opt/pythons/3.12/bin/$name /usr/local/bin/$name; done
WORKDIR /home/jovyan
USER 1000
