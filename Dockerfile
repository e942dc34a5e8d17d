# One image for web, worker, beat and migrate; compose.yaml says which runs what.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=cashpilot.settings.production \
    CASHPILOT_VAR=/var/lib/cashpilot

RUN useradd --system --home-dir /srv/cashpilot cashpilot \
    && install --directory --owner cashpilot --group cashpilot /var/lib/cashpilot

WORKDIR /srv/cashpilot

COPY requirements.txt ./
RUN pip install --no-cache-dir uv==0.13.9 \
    && uv pip install --system --no-cache --require-hashes --compile-bytecode \
        --requirement requirements.txt

# Named one by one, so that nothing else in the folder can end up in the image.
COPY manage.py ./
COPY cashpilot cashpilot
COPY participants participants
COPY payments payments
COPY evaluation evaluation

USER cashpilot
VOLUME /var/lib/cashpilot
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "4", "cashpilot.wsgi:application"]
