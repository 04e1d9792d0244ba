package dev.faas.system.deployed;

import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is deployed on one machine: one class, so that its images are built once, whatever runs beside it. */
@ExtendWith(OneMachine.class)
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
class OneMachineIT {
    @Nested
    @Order(1)
    class Images extends ImageTests {}

    @Nested
    @Order(2)
    class Compose extends ComposeTests {}

    @Nested
    @Order(3)
    class Stack extends StackTests {}

    @Nested
    @Order(4)
    class Tls extends TlsTests {}
}
