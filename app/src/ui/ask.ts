// Short questions and notes over any screen.
import { showConfirmDialog, showToast } from 'vant'
import 'vant/es/dialog/style'
import 'vant/es/toast/style'
import { text } from '@/messages'

/** Asks before something that cannot be taken back; `act` names it on the button. */
export async function confirmed(title: string, message: string, act: string): Promise<boolean> {
  try {
    await showConfirmDialog({
      title,
      message,
      confirmButtonText: act,
      cancelButtonText: text.value.common.cancel,
    })
    return true
  } catch {
    return false
  }
}

/** Says something for two seconds; never the only place where it is said. */
export function note(message: string): void {
  showToast({ message, position: 'bottom' })
}
