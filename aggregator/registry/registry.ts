/** The registry: the services that write what the aggregator knows. */
import { createBrowserSessionService } from "./browser-sessions.ts";
import type { BrowserSessionService, BrowserSessionServiceDeps } from "./browser-sessions.ts";
import { createChannelService } from "./channels.ts";
import type { ChannelService, ChannelServiceDeps } from "./channels.ts";
import { createMaintenanceService } from "./maintenance.ts";
import type { MaintenanceService, MaintenanceServiceDeps } from "./maintenance.ts";
import { createProbeService } from "./probes.ts";
import type { ProbeService, ProbeServiceDeps } from "./probes.ts";
import { createRouteService } from "./routes.ts";
import type { RouteService, RouteServiceDeps } from "./routes.ts";
import { createSilenceService } from "./silences.ts";
import type { SilenceService, SilenceServiceDeps } from "./silences.ts";
import { createStatusPageService } from "./status-pages.ts";
import type { StatusPageService, StatusPageServiceDeps } from "./status-pages.ts";
import { createTargetService } from "./targets.ts";
import type { TargetService, TargetServiceDeps } from "./targets.ts";
import { createTokenService } from "./tokens.ts";
import type { TokenService, TokenServiceDeps } from "./tokens.ts";

/** What the registry works with. */
export type RegistryDeps = TargetServiceDeps &
  Omit<ProbeServiceDeps, "tokens"> &
  Omit<ChannelServiceDeps, "changed"> &
  MaintenanceServiceDeps &
  SilenceServiceDeps &
  RouteServiceDeps &
  StatusPageServiceDeps &
  TokenServiceDeps &
  BrowserSessionServiceDeps & {
    /** Told after every change of a channel; usually wakes the delivery worker. */
    channelsChanged: () => void;
  };

/** Everything that writes targets, probes, channels, maintenance, silences, routes and tokens. */
export interface Registry {
  targets: TargetService;
  probes: ProbeService;
  channels: ChannelService;
  maintenance: MaintenanceService;
  silences: SilenceService;
  routes: RouteService;
  statusPages: StatusPageService;
  tokens: TokenService;
  browserSessions: BrowserSessionService;
}

/** Creates the registry of one aggregator. */
export function createRegistry(deps: RegistryDeps): Registry {
  const tokens = createTokenService(deps);
  return {
    targets: createTargetService(deps),
    probes: createProbeService({ ...deps, tokens }),
    channels: createChannelService({ ...deps, changed: deps.channelsChanged }),
    maintenance: createMaintenanceService(deps),
    silences: createSilenceService(deps),
    routes: createRouteService(deps),
    statusPages: createStatusPageService(deps),
    tokens,
    browserSessions: createBrowserSessionService(deps),
  };
}
