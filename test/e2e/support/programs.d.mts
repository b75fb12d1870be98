export function programsOf(moduleName: 'control-plane' | 'helm'): Promise<Record<string, string>>;
