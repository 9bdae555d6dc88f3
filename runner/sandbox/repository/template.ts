/**
 * APiLos's `.env.template`, in the state of 2026: the names of its settings, and all that makes copying it as it stands
 * harmful (a development environment, DEBUG, a public ACL, a path of macOS, a Redis and a database on the developer's machine).
 */
const template = `# Django
SECRET_KEY=
ENVIRONMENT=development
DEBUG=True
LOGLEVEL=INFO
# Hôtes autorisés, séparés par des virgules
ALLOWED_HOSTS=localhost
APPLICATION_DOMAIN_URL=http://localhost:8001

# HTTPS
SECURE_SSL_REDIRECT=False
SECURE_HSTS_SECONDS=0
SECURE_HSTS_INCLUDE_SUBDOMAINS=False
SECURE_HSTS_PRELOAD=False

# Base de données
DB_USER=apilos
DB_NAME=apilos
DB_HOST=localhost
DB_PASSWORD=apilos
DB_PORT=5433
# Utilisateur en lecture seule, pour /explorer
DB_READONLY=postgresql://apilos_ro:apilos_ro@localhost:5433/apilos
# Base d'ecolo, seulement pour l'import
# ECOLO_DATABASE_URL=postgresql://ecolo:ecolo@localhost:5434/ecolo

# Mail : sans clé, les messages vont à la console
SENDINBLUE_API_KEY=

# Stockage objet : sans clé, les fichiers restent sur le disque
# AWS_ACCESS_KEY_ID=myaccessid
# AWS_SECRET_ACCESS_KEY=mysecretkey
# AWS_STORAGE_BUCKET_NAME=apilos-dev
# AWS_DEFAULT_ACL=public-read
# AWS_S3_REGION_NAME=fr-par
# AWS_S3_ENDPOINT_URL=https://s3.fr-par.scw.cloud
# AWS_ECOLOWEB_BUCKET_NAME=apilos-ecoloweb

# Sentry
SENTRY_URL=

# INSEE
# INSEE_API_KEY=
# INSEE_API_SECRET=

# Authentification : adresse du serveur CAS, ou rien pour la version autonome
CERBERE_AUTH=
MOCK_CERBERE_USER_ID=

# API d'APiLos pour le SIAP
USE_MOCKED_SIAP_CLIENT=True
JWT_SIGN_KEY=
JWT_ALGORITHM=HS256

# Client du SIAP
SIAP_CLIENT_JWT_SIGN_KEY=
SIAP_CLIENT_ALGORITHM=HS256
SIAP_CLIENT_HOST=https://siap.exercice.example
SIAP_CLIENT_PATH=/services-int/v0

# Redis
REDIS_URL=redis://localhost:6379

# Antivirus
# CLAMAV_SERVICE_URL=
# CLAMAV_SERVICE_USER=
# CLAMAV_SERVICE_PASSWORD=

# LibreOffice
LIBREOFFICE_EXEC=/Applications/LibreOffice.app/Contents/MacOS/soffice

# Développement
SHELL_PLUS_PRINT_SQL=False
# TEST_DOT_ENV_FILE=.env.test
# GITHUB_TOKEN=
`;

/** What a later version asks for, that no plan of today knows: its settings have no default for it. */
const later = `
# Coffre des pièces justificatives (obligatoire, sans valeur par défaut)
DOCUMENT_VAULT_KEY=
`;

/** The text of `.env.template`; `changed` adds a mandatory name to it. */
export function environmentTemplate(changed = false): string {
  return changed ? template + later : template;
}

const backupWorkflow = `name: Backup S3
on:
  schedule:
    - cron: '27 1 * * 1'
  workflow_dispatch:
jobs:
  backup:
    runs-on: ubuntu-latest
    steps:
      - run: pip install awscli awscli-plugin-endpoint
      - run: aws s3 sync --quiet s3://apilos-prod s3://apilos-glacier --storage-class GLACIER
`;

const downloadWorkflow = `name: Download database backup
on:
  schedule:
    - cron: '31 6 * * *'
  workflow_dispatch:
jobs:
  backup:
    runs-on: ubuntu-latest
    steps:
      - uses: scalingo-community/setup-scalingo@v0.1.1
        with:
          region: osc-fr1
          api_token: \${{ secrets.SCALINGO_API_TOKEN }}
      - run: scalingo backups-download --output db_backup.tar.gz
      - uses: actions/upload-artifact@v7
        with:
          name: Save db backup as artifact
          path: db_backup.tar.gz
`;

/** The files of the repository that a plan looks at, by path. */
export function repositoryFiles(changed = false): Readonly<Record<string, string>> {
  return {
    '.env.template': environmentTemplate(changed),
    '.github/workflows/s3_backup.yml': backupWorkflow,
    '.github/workflows/db_backup_download.yml': downloadWorkflow,
    'scalingo.json': '{\n  "stack": "scalingo-22"\n}\n',
    Procfile:
      'web: gunicorn core.wsgi --workers 4 --timeout 30\nworker: celery --app core.worker worker -B\npostdeploy: bin/post_deploy\n',
  };
}

/** The same files once they ask for the platform's newest stack. */
export function withNewStack(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { ...files, 'scalingo.json': '{\n  "stack": "scalingo-26"\n}\n' };
}
