/*
 * What `resources.<name>` is inside a cell: the settings of a resource, resolved for the target of this run. Services take
 * one of these; a cell never has to know an address or a password.
 */
import type { Lang } from '../diagnostic.ts';
import type { Mode } from '../model/runbook.ts';
import type { Via } from './http/request.ts';
import type { SshServer } from './tunnel/connection.ts';

/** What every resource bears. */
export interface ResourceBase {
  readonly name: string;
  /** Run that acts, whose marker the resource may bear. */
  readonly run: string;
  readonly mode: Mode;
  /** The runbook's language, in which services word what they record; French unless told. */
  readonly lang?: Lang;
  /** Names that a drill must refuse to touch; `*` stands for any characters. */
  readonly protected: readonly string[];
  /** The longest that anything is waited for on this target, ms, whatever a cell says. */
  readonly patience?: number;
  /** The age beyond which a backup of it is refused, ms. */
  readonly oldest?: number;
  /** Declared as only read: services refuse to change what it holds. */
  readonly access?: 'read';
}

/** A PostgreSQL database at its own address. `url` is a DSN with its password: never to be printed, put in argv or journaled. */
export interface DirectPostgres extends ResourceBase {
  readonly kind: 'postgres';
  readonly url: string;
}

/** A PostgreSQL database that an application of a platform has: the platform says where it is, and its gateway leads there. */
export interface PlatformPostgres extends ResourceBase {
  readonly kind: 'postgres';
  readonly through: ScalingoResource;
  readonly app: string;
  /** Variable of the application that holds the DSN. */
  readonly variable: string;
}

/** A PostgreSQL database, however it is reached. */
export type PostgresResource = DirectPostgres | PlatformPostgres;

/** A bucket of an S3 service. */
export interface S3Resource extends ResourceBase {
  readonly kind: 's3';
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A directory of the operator's machine. */
export interface DirectoryResource extends ResourceBase {
  readonly kind: 'directory';
  readonly path: string;
}

/** A GitHub repository. Without `token`, everything can be listed that is public, and nothing downloaded. */
export interface GithubResource extends ResourceBase {
  readonly kind: 'github';
  /** `https://api.github.com`. */
  readonly api: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly token?: string;
  /** Where git clones it from: `https://github.com/<repository>.git`. */
  readonly clone: string;
}

/** An account of alwaysdata, where DNS zones are held. */
export interface AlwaysdataResource extends ResourceBase {
  readonly kind: 'alwaysdata';
  /** `https://api.alwaysdata.com/v1`. */
  readonly api: string;
  readonly token: string;
  readonly account: string;
}

/** Who is asked about names; each is a host or an address, with `:port` when that is not 53. */
export interface DnsResource extends ResourceBase {
  readonly kind: 'dns';
  readonly authoritative: readonly string[];
  readonly public: readonly string[];
}

/** An account of Scalingo in one region. The addresses are those of its documentation, with their versions. */
export interface ScalingoResource extends ResourceBase {
  readonly kind: 'scalingo';
  /** Such as `https://api.osc-fr1.scalingo.com/v1`. */
  readonly api: string;
  /** Such as `https://auth.scalingo.com/v1`. */
  readonly authApi: string;
  /** Such as `https://db-api.osc-fr1.scalingo.com/api`. */
  readonly databaseApi: string;
  /** API token (`tk-us-…`): never to be printed, put in argv or journaled. */
  readonly token: string;
  readonly region: string;
  /** Requests that the account may make in a minute: 60 at Scalingo ("Rate limiting"). */
  readonly pace?: number;
  /** The SSH gateway, through which databases are reached and code is pushed. */
  readonly gateway: SshServer;
}

/** Where HTTP requests go in place of what the DNS answers, by scheme; nothing on a real network. */
export interface HttpResource extends ResourceBase, Via {
  readonly kind: 'http';
}

/** The settings of any resource. */
export type ResourceSettings =
  | PostgresResource
  | S3Resource
  | DirectoryResource
  | ScalingoResource
  | GithubResource
  | AlwaysdataResource
  | DnsResource
  | HttpResource;
