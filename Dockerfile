# The app in a container: no compiler, no curl, not root, and nothing written outside of /tmp.
FROM python:3.12-slim AS build
WORKDIR /app
COPY requirements-cluster.txt .
# Wheels only: what would have to be compiled does not belong here.
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --only-binary :all: --requirement requirements-cluster.txt \
    && /venv/bin/pip uninstall --yes pip
COPY .streamlit .streamlit
COPY app.py block_reduction.py ./
COPY browser browser
COPY figures figures
COPY layers layers
COPY layerscope layerscope
COPY lessons lessons
COPY pages pages
COPY pictures pictures
COPY views views
COPY deploy/health.py deploy/dask.yaml deploy/
# The root file system is read-only: what Python would write there is written now. In /venv pip did.
RUN /venv/bin/python -m compileall -q /app

FROM python:3.12-slim
# The image comes without what Python writes beside its own library.
RUN useradd --system --uid 10001 --no-create-home --home-dir /tmp layerscope \
    && python -m compileall -q /usr/local/lib/python3.12
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER 10001
# The welcome would name addresses of the container's own, and ask a server outside for one of them.
ENV PATH=/venv/bin:$PATH HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 STREAMLIT_SERVER_PORT=8501 STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE=true
EXPOSE 8501
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "deploy/health.py"]
# What is being answered is answered, then the workers end; nginx has sent the next to others.
STOPSIGNAL SIGTERM
CMD ["streamlit", "run", "app.py"]
