# One image for every role: `gateway`, `worker` and one-off commands differ in their arguments only.
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock deploy/build.lock /tmp/
RUN python -m venv /venv \
 && /venv/bin/pip install --require-hashes -r /tmp/build.lock \
 && /venv/bin/pip install --require-hashes -r /tmp/requirements.lock
WORKDIR /app
COPY . .
RUN /venv/bin/pip install --no-build-isolation --no-deps --no-index -e . && /venv/bin/python -m compileall -q /app

FROM python:3.11-slim
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 APP_ENV=production
# Nothing in the image belongs to this user: the service keeps its state in PostgreSQL and Redis.
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["python", "-m", "gateway"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
