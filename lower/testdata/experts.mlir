module @condmean {
  func.func public @main(%arg0: tensor<2x1x4xf32>, %arg1: tensor<3xf32>, %arg2: tensor<2xf32>, %arg3: tensor<3x2x4xf32>, %arg4: tensor<3x4xf32>, %arg5: tensor<3x2xf32>, %arg6: tensor<3xf32>, %arg7: tensor<3xf32>, %arg8: tensor<2x1x4xf32>, %arg9: tensor<2xf32>) -> (tensor<f32>, tensor<3x2x4xf32>, tensor<3x4xf32>, tensor<3x2xf32>, tensor<3xf32>, tensor<3xf32>) {
    %0 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<2xf32>}> : () -> tensor<2xf32>
    %1 = "stablehlo.maximum"(%arg2, %0) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %2 = "stablehlo.constant"() <{value = dense<0x40000000> : tensor<2xf32>}> : () -> tensor<2xf32>
    %3 = "stablehlo.minimum"(%1, %2) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %4 = "stablehlo.broadcast_in_dim"(%3) <{broadcast_dimensions = array<i64: 0>}> : (tensor<2xf32>) -> tensor<2x3xf32>
    %5 = "stablehlo.iota"() <{iota_dimension = 1 : i64}> : () -> tensor<2x3xf32>
    %6 = "stablehlo.subtract"(%4, %5) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    %7 = "stablehlo.abs"(%6) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %8 = "stablehlo.constant"() <{value = dense<0xBF800000> : tensor<2x3xf32>}> : () -> tensor<2x3xf32>
    %9 = "stablehlo.multiply"(%7, %8) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    %10 = "stablehlo.constant"() <{value = dense<0x3F800000> : tensor<2x3xf32>}> : () -> tensor<2x3xf32>
    %11 = "stablehlo.add"(%9, %10) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    %12 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<2x3xf32>}> : () -> tensor<2x3xf32>
    %13 = "stablehlo.maximum"(%11, %12) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    %14 = "stablehlo.reshape"(%arg1) : (tensor<3xf32>) -> tensor<3x1xf32>
    %15 = "stablehlo.dot_general"(%13, %14) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]}> : (tensor<2x3xf32>, tensor<3x1xf32>) -> tensor<2x1xf32>
    %16 = "stablehlo.reshape"(%15) : (tensor<2x1xf32>) -> tensor<2xf32>
    %17 = "stablehlo.reshape"(%arg0) : (tensor<2x1x4xf32>) -> tensor<2x4xf32>
    %18 = "stablehlo.logistic"(%16) : (tensor<2xf32>) -> tensor<2xf32>
    %19 = "stablehlo.sqrt"(%18) : (tensor<2xf32>) -> tensor<2xf32>
    %20 = "stablehlo.constant"() <{value = dense<0xBF800000> : tensor<2xf32>}> : () -> tensor<2xf32>
    %21 = "stablehlo.multiply"(%16, %20) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %22 = "stablehlo.logistic"(%21) : (tensor<2xf32>) -> tensor<2xf32>
    %23 = "stablehlo.broadcast_in_dim"(%17) <{broadcast_dimensions = array<i64: 1, 2>}> : (tensor<2x4xf32>) -> tensor<3x2x4xf32>
    %24 = "stablehlo.broadcast_in_dim"(%19) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2x4xf32>
    %25 = "stablehlo.broadcast_in_dim"(%arg4) <{broadcast_dimensions = array<i64: 0, 2>}> : (tensor<3x4xf32>) -> tensor<3x2x4xf32>
    %26 = "stablehlo.multiply"(%24, %25) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %27 = "stablehlo.subtract"(%23, %26) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %28 = "stablehlo.dot_general"(%27, %arg3) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [2]>, precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]}> : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x2xf32>
    %29 = "stablehlo.broadcast_in_dim"(%arg5) <{broadcast_dimensions = array<i64: 0, 2>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %30 = "stablehlo.broadcast_in_dim"(%16) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2x2xf32>
    %31 = "stablehlo.add"(%29, %30) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %32 = "stablehlo.broadcast_in_dim"(%arg6) <{broadcast_dimensions = array<i64: 0>}> : (tensor<3xf32>) -> tensor<3x2xf32>
    %33 = "stablehlo.broadcast_in_dim"(%16) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %34 = "stablehlo.add"(%32, %33) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %35 = "stablehlo.logistic"(%31) : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %36 = "stablehlo.logistic"(%34) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %37 = "stablehlo.constant"() <{value = dense<0xBF800000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %38 = "stablehlo.multiply"(%34, %37) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %39 = "stablehlo.logistic"(%38) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %40 = "stablehlo.broadcast_in_dim"(%36) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %41 = "stablehlo.subtract"(%35, %40) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %42 = "stablehlo.multiply"(%41, %28) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %43 = "stablehlo.multiply"(%27, %27) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %44 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %45 = "stablehlo.reduce"(%43, %44) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x4xf32>, tensor<f32>) -> tensor<3x2xf32>
    %46 = "stablehlo.multiply"(%39, %45) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %47 = "stablehlo.multiply"(%42, %28) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %48 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %49 = "stablehlo.reduce"(%47, %48) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %50 = "stablehlo.subtract"(%46, %49) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %51 = "stablehlo.broadcast_in_dim"(%22) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %52 = "stablehlo.divide"(%50, %51) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %53 = "stablehlo.exponential"(%31) : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %54 = "stablehlo.log_plus_one"(%53) : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %55 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %56 = "stablehlo.reduce"(%54, %55) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %57 = "stablehlo.exponential"(%34) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %58 = "stablehlo.log_plus_one"(%57) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %59 = "stablehlo.constant"() <{value = dense<0x40000000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %60 = "stablehlo.multiply"(%58, %59) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %61 = "stablehlo.add"(%56, %60) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %62 = "stablehlo.broadcast_in_dim"(%arg7) <{broadcast_dimensions = array<i64: 0>}> : (tensor<3xf32>) -> tensor<3x2xf32>
    %63 = "stablehlo.add"(%61, %52) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %64 = "stablehlo.constant"() <{value = dense<0x3F000000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %65 = "stablehlo.multiply"(%63, %64) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %66 = "stablehlo.subtract"(%62, %65) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %67 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
    %68 = "stablehlo.reduce"(%66, %67) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.maximum"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2xf32>, tensor<f32>) -> tensor<2xf32>
    %69 = "stablehlo.broadcast_in_dim"(%68) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %70 = "stablehlo.subtract"(%66, %69) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %71 = "stablehlo.exponential"(%70) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %72 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %73 = "stablehlo.reduce"(%71, %72) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2xf32>, tensor<f32>) -> tensor<2xf32>
    %74 = "stablehlo.broadcast_in_dim"(%73) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %75 = "stablehlo.divide"(%71, %74) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %76 = "stablehlo.sqrt"(%22) : (tensor<2xf32>) -> tensor<2xf32>
    %77 = "stablehlo.broadcast_in_dim"(%76) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %78 = "stablehlo.divide"(%75, %77) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %79 = "stablehlo.multiply"(%78, %39) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %80 = "stablehlo.broadcast_in_dim"(%79) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x4xf32>
    %81 = "stablehlo.multiply"(%80, %27) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %82 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %83 = "stablehlo.reduce"(%81, %82) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
    %84 = "stablehlo.broadcast_in_dim"(%78) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %85 = "stablehlo.multiply"(%84, %42) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %86 = "stablehlo.dot_general"(%85, %arg3) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [0, 2], rhs_contracting_dimensions = [0, 1]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x2x2xf32>, tensor<3x2x4xf32>) -> tensor<2x4xf32>
    %87 = "stablehlo.subtract"(%83, %86) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
    %88 = "stablehlo.reshape"(%87) : (tensor<2x4xf32>) -> tensor<2x1x4xf32>
    %89 = "stablehlo.subtract"(%88, %arg8) : (tensor<2x1x4xf32>, tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
    %90 = "stablehlo.multiply"(%89, %89) : (tensor<2x1x4xf32>, tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
    %91 = "stablehlo.broadcast_in_dim"(%arg9) <{broadcast_dimensions = array<i64: 0>}> : (tensor<2xf32>) -> tensor<2x1x4xf32>
    %92 = "stablehlo.multiply"(%90, %91) : (tensor<2x1x4xf32>, tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
    %93 = "stablehlo.convert"(%92) : (tensor<2x1x4xf32>) -> tensor<2x1x4xf64>
    %94 = "stablehlo.constant"() <{value = dense<0x0000000000000000> : tensor<f64>}> : () -> tensor<f64>
    %95 = "stablehlo.reduce"(%93, %94) <{dimensions = array<i64: 0, 1, 2>}> ({
      ^bb0(%l: tensor<f64>, %r: tensor<f64>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f64>, tensor<f64>) -> tensor<f64>
        "stablehlo.return"(%s) : (tensor<f64>) -> ()
    }) : (tensor<2x1x4xf64>, tensor<f64>) -> tensor<f64>
    %96 = "stablehlo.constant"() <{value = dense<0x3FC0000000000000> : tensor<f64>}> : () -> tensor<f64>
    %97 = "stablehlo.multiply"(%95, %96) : (tensor<f64>, tensor<f64>) -> tensor<f64>
    %98 = "stablehlo.convert"(%97) : (tensor<f64>) -> tensor<f32>
    %99 = "stablehlo.constant"() <{value = dense<0x3F800000> : tensor<f32>}> : () -> tensor<f32>
    %100 = "stablehlo.subtract"(%88, %arg8) : (tensor<2x1x4xf32>, tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
    %101 = "stablehlo.broadcast_in_dim"(%arg9) <{broadcast_dimensions = array<i64: 0>}> : (tensor<2xf32>) -> tensor<2x1x4xf32>
    %102 = "stablehlo.broadcast_in_dim"(%99) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<2x1x4xf32>
    %103 = "stablehlo.multiply"(%101, %102) : (tensor<2x1x4xf32>, tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
    %104 = "stablehlo.constant"() <{value = dense<0x3E800000> : tensor<2x1x4xf32>}> : () -> tensor<2x1x4xf32>
    %105 = "stablehlo.multiply"(%100, %104) : (tensor<2x1x4xf32>, tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
    %106 = "stablehlo.multiply"(%105, %103) : (tensor<2x1x4xf32>, tensor<2x1x4xf32>) -> tensor<2x1x4xf32>
    %107 = "stablehlo.reshape"(%arg0) : (tensor<2x1x4xf32>) -> tensor<2x4xf32>
    %108 = "stablehlo.logistic"(%16) : (tensor<2xf32>) -> tensor<2xf32>
    %109 = "stablehlo.sqrt"(%108) : (tensor<2xf32>) -> tensor<2xf32>
    %110 = "stablehlo.constant"() <{value = dense<0xBF800000> : tensor<2xf32>}> : () -> tensor<2xf32>
    %111 = "stablehlo.multiply"(%16, %110) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %112 = "stablehlo.logistic"(%111) : (tensor<2xf32>) -> tensor<2xf32>
    %113 = "stablehlo.broadcast_in_dim"(%107) <{broadcast_dimensions = array<i64: 1, 2>}> : (tensor<2x4xf32>) -> tensor<3x2x4xf32>
    %114 = "stablehlo.broadcast_in_dim"(%109) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2x4xf32>
    %115 = "stablehlo.broadcast_in_dim"(%arg4) <{broadcast_dimensions = array<i64: 0, 2>}> : (tensor<3x4xf32>) -> tensor<3x2x4xf32>
    %116 = "stablehlo.multiply"(%114, %115) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %117 = "stablehlo.subtract"(%113, %116) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %118 = "stablehlo.dot_general"(%117, %arg3) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [2]>, precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]}> : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x2xf32>
    %119 = "stablehlo.broadcast_in_dim"(%arg5) <{broadcast_dimensions = array<i64: 0, 2>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %120 = "stablehlo.broadcast_in_dim"(%16) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2x2xf32>
    %121 = "stablehlo.add"(%119, %120) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %122 = "stablehlo.broadcast_in_dim"(%arg6) <{broadcast_dimensions = array<i64: 0>}> : (tensor<3xf32>) -> tensor<3x2xf32>
    %123 = "stablehlo.broadcast_in_dim"(%16) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %124 = "stablehlo.add"(%122, %123) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %125 = "stablehlo.logistic"(%121) : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %126 = "stablehlo.logistic"(%124) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %127 = "stablehlo.constant"() <{value = dense<0xBF800000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %128 = "stablehlo.multiply"(%124, %127) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %129 = "stablehlo.logistic"(%128) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %130 = "stablehlo.broadcast_in_dim"(%126) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %131 = "stablehlo.subtract"(%125, %130) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %132 = "stablehlo.multiply"(%131, %118) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %133 = "stablehlo.multiply"(%117, %117) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %134 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %135 = "stablehlo.reduce"(%133, %134) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x4xf32>, tensor<f32>) -> tensor<3x2xf32>
    %136 = "stablehlo.multiply"(%129, %135) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %137 = "stablehlo.multiply"(%132, %118) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %138 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %139 = "stablehlo.reduce"(%137, %138) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %140 = "stablehlo.subtract"(%136, %139) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %141 = "stablehlo.broadcast_in_dim"(%112) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %142 = "stablehlo.divide"(%140, %141) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %143 = "stablehlo.exponential"(%121) : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %144 = "stablehlo.log_plus_one"(%143) : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %145 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %146 = "stablehlo.reduce"(%144, %145) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %147 = "stablehlo.exponential"(%124) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %148 = "stablehlo.log_plus_one"(%147) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %149 = "stablehlo.constant"() <{value = dense<0x40000000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %150 = "stablehlo.multiply"(%148, %149) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %151 = "stablehlo.add"(%146, %150) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %152 = "stablehlo.broadcast_in_dim"(%arg7) <{broadcast_dimensions = array<i64: 0>}> : (tensor<3xf32>) -> tensor<3x2xf32>
    %153 = "stablehlo.add"(%151, %142) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %154 = "stablehlo.constant"() <{value = dense<0x3F000000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %155 = "stablehlo.multiply"(%153, %154) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %156 = "stablehlo.subtract"(%152, %155) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %157 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
    %158 = "stablehlo.reduce"(%156, %157) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.maximum"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2xf32>, tensor<f32>) -> tensor<2xf32>
    %159 = "stablehlo.broadcast_in_dim"(%158) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %160 = "stablehlo.subtract"(%156, %159) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %161 = "stablehlo.exponential"(%160) : (tensor<3x2xf32>) -> tensor<3x2xf32>
    %162 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %163 = "stablehlo.reduce"(%161, %162) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2xf32>, tensor<f32>) -> tensor<2xf32>
    %164 = "stablehlo.broadcast_in_dim"(%163) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %165 = "stablehlo.divide"(%161, %164) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %166 = "stablehlo.reshape"(%106) : (tensor<2x1x4xf32>) -> tensor<2x4xf32>
    %167 = "stablehlo.sqrt"(%112) : (tensor<2xf32>) -> tensor<2xf32>
    %168 = "stablehlo.broadcast_in_dim"(%167) <{broadcast_dimensions = array<i64: 0>}> : (tensor<2xf32>) -> tensor<2x4xf32>
    %169 = "stablehlo.divide"(%166, %168) : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
    %170 = "stablehlo.dot_general"(%arg3, %169) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [1]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x2x4xf32>, tensor<2x4xf32>) -> tensor<3x2x2xf32>
    %171 = "stablehlo.transpose"(%170) <{permutation = array<i64: 0, 2, 1>}> : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %172 = "stablehlo.broadcast_in_dim"(%169) <{broadcast_dimensions = array<i64: 1, 2>}> : (tensor<2x4xf32>) -> tensor<3x2x4xf32>
    %173 = "stablehlo.multiply"(%172, %117) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %174 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %175 = "stablehlo.reduce"(%173, %174) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x4xf32>, tensor<f32>) -> tensor<3x2xf32>
    %176 = "stablehlo.multiply"(%129, %175) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %177 = "stablehlo.multiply"(%132, %171) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %178 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %179 = "stablehlo.reduce"(%177, %178) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %180 = "stablehlo.subtract"(%176, %179) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %181 = "stablehlo.multiply"(%165, %180) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %182 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %183 = "stablehlo.reduce"(%181, %182) <{dimensions = array<i64: 0>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2xf32>, tensor<f32>) -> tensor<2xf32>
    %184 = "stablehlo.broadcast_in_dim"(%183) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %185 = "stablehlo.subtract"(%180, %184) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %186 = "stablehlo.multiply"(%165, %185) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %187 = "stablehlo.constant"() <{value = dense<0x3F000000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %188 = "stablehlo.multiply"(%186, %187) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %189 = "stablehlo.broadcast_in_dim"(%112) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %190 = "stablehlo.divide"(%188, %189) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %191 = "stablehlo.broadcast_in_dim"(%165) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %192 = "stablehlo.broadcast_in_dim"(%190) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %193 = "stablehlo.multiply"(%192, %118) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %194 = "stablehlo.multiply"(%191, %171) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %195 = "stablehlo.subtract"(%193, %194) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %196 = "stablehlo.multiply"(%118, %195) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %197 = "stablehlo.multiply"(%192, %132) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %198 = "stablehlo.constant"() <{value = dense<0x40000000> : tensor<3x2x2xf32>}> : () -> tensor<3x2x2xf32>
    %199 = "stablehlo.multiply"(%197, %198) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %200 = "stablehlo.multiply"(%191, %131) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %201 = "stablehlo.multiply"(%200, %171) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %202 = "stablehlo.subtract"(%199, %201) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %203 = "stablehlo.multiply"(%165, %175) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %204 = "stablehlo.multiply"(%190, %135) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %205 = "stablehlo.subtract"(%203, %204) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %206 = "stablehlo.broadcast_in_dim"(%arg5) <{broadcast_dimensions = array<i64: 0, 2>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %207 = "stablehlo.broadcast_in_dim"(%16) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2x2xf32>
    %208 = "stablehlo.add"(%206, %207) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %209 = "stablehlo.constant"() <{value = dense<0xBF800000> : tensor<3x2x2xf32>}> : () -> tensor<3x2x2xf32>
    %210 = "stablehlo.multiply"(%208, %209) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %211 = "stablehlo.logistic"(%210) : (tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %212 = "stablehlo.multiply"(%196, %211) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %213 = "stablehlo.broadcast_in_dim"(%186) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %214 = "stablehlo.constant"() <{value = dense<0x3F000000> : tensor<3x2x2xf32>}> : () -> tensor<3x2x2xf32>
    %215 = "stablehlo.multiply"(%213, %214) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %216 = "stablehlo.subtract"(%212, %215) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %217 = "stablehlo.multiply"(%125, %216) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %218 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %219 = "stablehlo.reduce"(%196, %218) <{dimensions = array<i64: 2>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %220 = "stablehlo.add"(%219, %205) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %221 = "stablehlo.multiply"(%129, %220) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %222 = "stablehlo.constant"() <{value = dense<0x3F800000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %223 = "stablehlo.multiply"(%186, %222) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %224 = "stablehlo.add"(%221, %223) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %225 = "stablehlo.multiply"(%126, %224) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %226 = "stablehlo.dot_general"(%202, %117) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x2x2xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %227 = "stablehlo.multiply"(%191, %132) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %228 = "stablehlo.dot_general"(%227, %169) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x2x2xf32>, tensor<2x4xf32>) -> tensor<3x2x4xf32>
    %229 = "stablehlo.subtract"(%226, %228) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>) -> tensor<3x2x4xf32>
    %230 = "stablehlo.broadcast_in_dim"(%109) <{broadcast_dimensions = array<i64: 1>}> : (tensor<2xf32>) -> tensor<3x2xf32>
    %231 = "stablehlo.broadcast_in_dim"(%230) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<3x2xf32>) -> tensor<3x2x2xf32>
    %232 = "stablehlo.multiply"(%231, %202) : (tensor<3x2x2xf32>, tensor<3x2x2xf32>) -> tensor<3x2x2xf32>
    %233 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %234 = "stablehlo.reduce"(%232, %233) <{dimensions = array<i64: 1>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %235 = "stablehlo.multiply"(%165, %129) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %236 = "stablehlo.multiply"(%230, %235) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %237 = "stablehlo.dot_general"(%236, %169) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x2xf32>, tensor<2x4xf32>) -> tensor<3x4xf32>
    %238 = "stablehlo.dot_general"(%234, %arg3) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x2xf32>, tensor<3x2x4xf32>) -> tensor<3x4xf32>
    %239 = "stablehlo.add"(%237, %238) : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
    %240 = "stablehlo.multiply"(%190, %129) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %241 = "stablehlo.multiply"(%230, %240) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %242 = "stablehlo.constant"() <{value = dense<0x40000000> : tensor<3x2xf32>}> : () -> tensor<3x2xf32>
    %243 = "stablehlo.multiply"(%241, %242) : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %244 = "stablehlo.dot_general"(%243, %117) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<3x2xf32>, tensor<3x2x4xf32>) -> tensor<3x4xf32>
    %245 = "stablehlo.subtract"(%244, %239) : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
    %246 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %247 = "stablehlo.reduce"(%217, %246) <{dimensions = array<i64: 1>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2x2xf32>, tensor<f32>) -> tensor<3x2xf32>
    %248 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %249 = "stablehlo.reduce"(%225, %248) <{dimensions = array<i64: 1>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2xf32>, tensor<f32>) -> tensor<3xf32>
    %250 = "stablehlo.constant"() <{value = dense<0xBF800000> : tensor<3xf32>}> : () -> tensor<3xf32>
    %251 = "stablehlo.multiply"(%249, %250) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    %252 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
    %253 = "stablehlo.reduce"(%186, %252) <{dimensions = array<i64: 1>}> ({
      ^bb0(%l: tensor<f32>, %r: tensor<f32>):
        %s = "stablehlo.add"(%l, %r) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%s) : (tensor<f32>) -> ()
    }) : (tensor<3x2xf32>, tensor<f32>) -> tensor<3xf32>
    "func.return"(%98, %229, %245, %247, %251, %253) : (tensor<f32>, tensor<3x2x4xf32>, tensor<3x4xf32>, tensor<3x2xf32>, tensor<3xf32>, tensor<3xf32>) -> ()
  }
}
