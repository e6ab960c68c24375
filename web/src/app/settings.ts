/* What the reader has set in this browser; nothing of it is the gateway's business. */
import { localStorageColorSchemeManager } from '@mantine/core';
import { useSyncExternalStore } from 'react';

/** Light, dark, or as the device. */
export const schemeManager = localStorageColorSchemeManager({ key: 'sallyport-scheme' });

export type Setting = 'contrast' | 'notify' | 'sound';

const listeners = new Set<() => void>();
const key = (setting: Setting) => `sallyport-${setting}`;

/** Whether a setting is on. High contrast is on where the device asks for it, until it is set here. */
export function isSet(setting: Setting): boolean {
  const kept = localStorage.getItem(key(setting));
  if (kept === null) return setting === 'contrast' && matchMedia('(prefers-contrast: more)').matches;
  return kept === 'on';
}

export function set(setting: Setting, isOn: boolean): void {
  localStorage.setItem(key(setting), isOn ? 'on' : 'off');
  showContrast();
  for (const listener of listeners) listener();
}

export function useSetting(setting: Setting): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isSet(setting),
  );
}

/** Puts the contrast where the styles read it. */
export function showContrast(): void {
  document.documentElement.dataset['contrast'] = isSet('contrast') ? 'more' : 'plain';
}
