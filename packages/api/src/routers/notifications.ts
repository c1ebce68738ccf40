import type { NotificationMessage, NotificationRetry, Notifications, NotificationTest, Page } from "../contract.ts";
import { messageInput, messageListInput, notificationInput } from "../inputs/deployment.ts";
import { noInput } from "../inputs/fields.ts";
import {
  readMessageList,
  readNotificationList,
  retryNotification,
  testNotification,
} from "../notifications/notification-answers.ts";
import { procedure, router } from "../trpc.ts";

export const notificationsRouter = router({
  list: procedure.input(noInput).query(({ ctx }): Promise<Notifications> => readNotificationList(ctx.state)),
  messages: procedure
    .input(messageListInput)
    .query(({ ctx, input }): Promise<Page<NotificationMessage>> => readMessageList(ctx.state, input)),
  test: procedure
    .input(notificationInput)
    .mutation(({ ctx, input }): Promise<NotificationTest> => testNotification(ctx.state, input.name)),
  retry: procedure
    .input(messageInput)
    .mutation(({ ctx, input }): Promise<NotificationRetry> => retryNotification(ctx.state, input.id)),
});
