# Showcard for many people: docker build -t showcard . && docker run -p 7860:7860 showcard
FROM python:3.11-slim

WORKDIR /source
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock && useradd --create-home showcard
COPY . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation . && rm -rf /source

WORKDIR /home/showcard
USER showcard
ENV HOST=0.0.0.0 PORT=7860 PYTHONUNBUFFERED=1
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/health', timeout=4)"]
CMD ["showcard"]
